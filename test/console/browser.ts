/// <reference lib="dom" />
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { consolePassword } from './console-under-test.ts';

const executablePath = process.env.TEST_CHROMIUM ?? '/usr/bin/chromium';

/** False where no browser is installed. The tests in a browser are skipped there. */
export const hasBrowser = existsSync(executablePath);
if (!hasBrowser) console.info(`Skipped: no browser at ${executablePath}. TEST_CHROMIUM names another.`);

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export interface VisitOptions extends BrowserContextOptions {
  /** Signs in with this password first; `false` does not sign in. The operator's password if not given. */
  readonly password?: string | false;
  /** Which messages of the browser's console are expected, such as the one about an answer 403. */
  readonly expected?: RegExp;
}

export interface BrowserUnderTest {
  /**
   * Opens a page in a fresh profile and does something with it. Fails when the browser reports an error, or anything that
   * the content policy blocked.
   */
  readonly visit: (url: string, work: (page: Page) => Promise<void>, options?: VisitOptions) => Promise<void>;
  /** The folder with the pictures of the pages. */
  readonly pictures: string;
}

/** Starts one browser for the tests of a `describe`. */
export function useBrowser(): BrowserUnderTest {
  // The pictures stay, unlike other files of the tests.
  const pictures = process.env.TEST_PICTURES ?? (hasBrowser ? mkdtempSync('/var/tmp/jet-console-') : '');
  let browser: Browser | undefined;
  beforeAll(async () => {
    const { chromium } = await import('playwright-core');
    browser = await chromium.launch({
      executablePath,
      args: [
        ...[
          '--headless',
          '--no-sandbox',
          '--disable-gpu',
          '--disable-quic',
          '--no-first-run',
          '--disable-sync',
        ],
        ...['--disable-background-networking', '--disable-component-update'],
      ],
    });
  });
  afterAll(async () => {
    await browser?.close();
    console.info(`Pictures of the pages: ${pictures}`);
  });
  return {
    pictures,
    async visit(url, work, { password = consolePassword, expected, ...options } = {}) {
      if (browser === undefined) throw new Error('The browser has not started');
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
      const page = await context.newPage();
      const said: string[] = [];
      page.on('console', (message) => {
        if (['error', 'warning'].includes(message.type())) said.push(message.text());
      });
      page.on('pageerror', (error) => said.push(error.message));
      try {
        await page.goto(url);
        if (password !== false) {
          await page.getByLabel('Console password').fill(password);
          await page.getByRole('button', { name: 'Sign in' }).click();
          await page.waitForURL(url);
        }
        await work(page);
        expect(said.filter((text) => expected?.test(text) !== true)).toEqual([]);
      } finally {
        await context.close();
      }
    },
  };
}

/** Expects no fault of accessibility, and no scrolling sideways on a screen of 320 pixels. Takes pictures of both. */
export async function expectGoodPage(page: Page, picture: string): Promise<void> {
  await page.screenshot({ path: `${picture}.png`, fullPage: true });
  await expectAccessible(page);
  const size = page.viewportSize();
  await page.setViewportSize({ width: 320, height: 640 });
  await page.screenshot({ path: `${picture}-320.png`, fullPage: true });
  const { needed, there } = await page.evaluate(() => ({
    needed: document.documentElement.scrollWidth,
    there: innerWidth,
  }));
  expect(needed).toBeLessThanOrEqual(there);
  await expectAccessible(page);
  if (size !== null) await page.setViewportSize(size);
}

async function expectAccessible(page: Page): Promise<void> {
  await page.evaluate(axe);
  const results = await page.evaluate(() =>
    (globalThis as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run(),
  );
  expect(results.violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
}
