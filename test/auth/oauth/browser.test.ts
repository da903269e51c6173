/// <reference lib="dom" />
import { existsSync, mkdtempSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { AxeResults } from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IssuerUnderTest, password } from './issuer-under-test.ts';

const executablePath = process.env.TEST_CHROMIUM ?? '/usr/bin/chromium';
const there = existsSync(executablePath);
if (!there) console.info(`Skipped: no browser at ${executablePath}. TEST_CHROMIUM names another.`);
const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
// The pictures stay, unlike other files of the tests.
const pictures = there ? mkdtempSync('/var/tmp/jet-pages-') : '';

let browser: Browser;
let issuer: IssuerUnderTest;
/** The client's server: its redirect URI, and another page of the client that it redirects to. */
let elsewhere: Server;
let callback: string;
const onward = 'https://app.jet.example/settings';

describe.skipIf(!there)('in a real browser', () => {
  beforeAll(async () => {
    elsewhere = createServer((request, response) => {
      const { pathname } = new URL(request.url ?? '', 'http://localhost');
      if (pathname === '/onward') response.writeHead(302, { location: onward }).end();
      else
        response.setHeader('content-type', 'text/html').end('<title>Back</title><h1>Back at the client</h1>');
    });
    await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
    const { port } = elsewhere.address() as AddressInfo;
    callback = `http://127.0.0.1:${port}/callback`;
    issuer = await IssuerUnderTest.start();
    issuer.client = await issuer.createClient([callback, `http://127.0.0.1:${port}/onward`]);
    const { chromium } = await import('playwright-core');
    browser = await chromium.launch({
      executablePath,
      args: [
        ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
        ...['--disable-background-networking', '--disable-component-update'],
      ],
    });
  });
  afterAll(async () => {
    await browser.close();
    await issuer.close();
    elsewhere.close();
    console.info(`Pictures of the pages: ${pictures}`);
  });

  const address = (redirectUri = callback): string =>
    `${issuer.url}${issuer.authorizePath({ redirect_uri: redirectUri })}`;

  /** Runs a test with a page of a fresh profile. Returns the messages of the browser's console. */
  async function visit(
    work: (page: Page) => Promise<void>,
    options: BrowserContextOptions = {},
  ): Promise<string[]> {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    const said: string[] = [];
    page.on('console', (message) => said.push(message.text()));
    page.on('pageerror', (error) => said.push(error.message));
    await page.goto(address());
    await work(page);
    await context.close();
    return said;
  }

  async function signInByKeyboard(page: Page): Promise<void> {
    // The page focuses the field by itself. A person would also wait for the cursor.
    await page.locator('#password:focus').waitFor();
    await page.keyboard.type(password);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Let Jet send call data?' }).waitFor();
  }

  async function expectRedeemable(page: Page): Promise<void> {
    await page.getByRole('heading', { name: 'Back at the client' }).waitFor();
    const { searchParams } = new URL(page.url());
    expect(searchParams.get('state')).toBe('a b&c');
    const answer = await issuer.redeem(searchParams.get('code') ?? '', { redirect_uri: callback });
    expect(answer.status).toBe(200);
  }

  it('an operator can sign in and approve with the keyboard alone', async () => {
    const said = await visit(async (page) => {
      await signInByKeyboard(page);
      await page.keyboard.press('Tab');
      expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Approve');
      await page.keyboard.press('Enter');
      await expectRedeemable(page);
    });
    expect(said.filter((line) => !line.includes('favicon'))).toEqual([]);
  });

  it('an operator can refuse with the keyboard alone', async () => {
    await visit(async (page) => {
      await signInByKeyboard(page);
      await page.keyboard.press('Tab');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Space');
      await page.getByRole('heading', { name: 'Back at the client' }).waitFor();
      expect(new URL(page.url()).searchParams.get('error')).toBe('access_denied');
    });
  });

  it('an operator can sign in and approve without scripts', async () => {
    await visit(
      async (page) => {
        await page.getByLabel('Console password').fill(password);
        await page.getByRole('button', { name: 'Sign in' }).click();
        await page.getByRole('button', { name: 'Approve' }).click();
        await expectRedeemable(page);
      },
      { javaScriptEnabled: false },
    );
  });

  it('the page reports a wrong password, and the right one then works', async () => {
    await visit(async (page) => {
      await page.getByLabel('Console password').fill('wrong');
      await page.keyboard.press('Enter');
      expect(await page.getByRole('alert').textContent()).toBe('The password is wrong.');
      await signInByKeyboard(page);
    });
  });

  it('a second approval in the same browser needs no sign-in', async () => {
    await visit(async (page) => {
      await signInByKeyboard(page);
      await page.getByRole('button', { name: 'Refuse' }).click();
      await page.getByRole('heading', { name: 'Back at the client' }).waitFor();
      await page.goto(address());
      await page.getByRole('button', { name: 'Approve' }).waitFor();
    });
  });

  it('our content policy does not stop a client that redirects to another of its hosts', async () => {
    const said = await visit(async (page) => {
      await page.route(onward, (route) => route.fulfill({ body: 'Settings' }));
      await page.goto(address(callback.replace('/callback', '/onward')));
      await signInByKeyboard(page);
      await page.getByRole('button', { name: 'Approve' }).click();
      await page.waitForURL(onward);
    });
    expect(said.filter((line) => line.includes('Content Security Policy'))).toEqual([]);
  });

  it('a form on another site has no effect, even for an operator who is signed in', async () => {
    await visit(async (page) => {
      await signInByKeyboard(page);
      await page.goto(callback);
      await page.setContent(
        `<form method="post" action="${address()}"><input name="step" value="approve"><button>x</button></form>`,
      );
      await page.getByRole('button').click();
      await page.getByRole('heading', { name: 'That did not work' }).waitFor();
      expect(page.url()).not.toContain('code=');
    });
  });

  it('the pages cannot be framed by another site', async () => {
    const said = await visit(async (page) => {
      await page.goto(callback);
      await page.setContent(`<iframe src="${address()}"></iframe>`);
      await page.frameLocator('iframe').locator('body.neterror').waitFor({ state: 'attached' });
      expect(await page.frameLocator('iframe').locator('input').count()).toBe(0);
    });
    expect(said.join('\n')).toMatch(/frame-ancestors/);
  });

  describe.each(['light', 'dark'] as const)('in %s', (colorScheme) => {
    const small = { width: 320, height: 640 };

    async function expectClean(page: Page, name: string): Promise<void> {
      await page.screenshot({ path: join(pictures, `${name}-${colorScheme}.png`), fullPage: true });
      await page.addScriptTag({ path: axePath });
      const results = await page.evaluate(() =>
        (globalThis as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run(),
      );
      expect(results.violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
      await page.setViewportSize(small);
      await page.screenshot({ path: join(pictures, `${name}-${colorScheme}-320.png`), fullPage: true });
      const widths = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      expect(widths[0]).toBeLessThanOrEqual(widths[1] ?? 0);
    }

    // The content policy of the pages would also block the accessibility checker.
    const options: BrowserContextOptions = {
      colorScheme,
      bypassCSP: true,
      viewport: { width: 900, height: 640 },
    };

    it('the sign-in page is accessible, and fits 320 pixels', async () => {
      await visit((page) => expectClean(page, 'sign-in'), options);
    });

    it('the sign-in page with an error is accessible, and fits 320 pixels', async () => {
      await visit(async (page) => {
        await page.getByLabel('Console password').fill('wrong');
        await page.keyboard.press('Enter');
        await page.getByRole('alert').waitFor();
        await expectClean(page, 'sign-in-fault');
      }, options);
    });

    it('the decision page is accessible, and fits 320 pixels', async () => {
      await visit(async (page) => {
        await signInByKeyboard(page);
        await expectClean(page, 'decision');
      }, options);
    });

    it('the page of a refused request is accessible, and fits 320 pixels', async () => {
      await visit(async (page) => {
        await page.goto(address('https://evil.example/'));
        await expectClean(page, 'refused');
      }, options);
    });
  });
});
