import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectGoodPage, hasBrowser, useBrowser } from './browser.ts';
import {
  consolePassword,
  startConsole,
  viewerPassword,
  type ConsoleUnderTest,
} from './console-under-test.ts';

const hostile = '<img src=x onerror="alert(1)"> \u202eevil\u001b[31m & "quoted"';
const pages = { overview: '/console', clients: '/console/clients', audit: '/console/audit' };
const askedUri = 'https://app.jet.example/callback';

let shown: ConsoleUnderTest;

beforeAll(async () => {
  shown = await startConsole();
  await shown.push({ callsessionid: 'one', originnumber: '0491 570 006', phonenumber: '1300 975 707' });
  await shown.push('{"broken":');
  const { knex } = shown.store.writer;
  await knex('destinations')
    .where({ name: 'sql' })
    .update({ paused_until: Date.now() + 3_600_000, pause_reason: hostile, pause_remedy: hostile });
  await knex('oauth_clients').update({ name: hostile });
  const asked = { response_type: 'code', client_id: shown.client.clientId, redirect_uri: askedUri };
  await fetch(`${shown.url}/oauth/authorize?${new URLSearchParams(asked).toString()}`);
});
afterAll(() => shown.close());

describe.skipIf(!hasBrowser)('the console in a real browser', () => {
  const browser = useBrowser();
  const open = (path: string, work: (page: Page) => Promise<void>, options = {}): Promise<void> =>
    browser.visit(shown.consoleUrl + path, work, options);
  const picture = (name: string): string => join(browser.pictures, name);

  describe.each(['light', 'dark'] as const)('in %s', (colorScheme) => {
    it.each(Object.entries(pages))('the page %s is accessible and fits 320 pixels', async (name, path) => {
      await open(path, (page) => expectGoodPage(page, picture(`${name}-${colorScheme}`)), { colorScheme });
    });

    it('the sign-in page is accessible and fits 320 pixels', async () => {
      await open('/console/sign-in', (page) => expectGoodPage(page, picture(`sign-in-${colorScheme}`)), {
        colorScheme,
        password: false,
      });
    });
  });

  it('the page of the doctor shows the findings when somebody asks', async () => {
    await open('/console/doctor', async (page) => {
      await page.getByRole('button', { name: 'Examine now' }).click();
      await page.getByRole('row', { name: /The store is intact/ }).waitFor();
      await expectGoodPage(page, picture('doctor'));
    });
  });

  it('the sign-in reports a wrong password, and then accepts the right one', async () => {
    await open(
      '/console/sign-in?to=%2Fconsole%2Faudit',
      async (page) => {
        await page.getByLabel('Console password').fill('wrong');
        await page.keyboard.press('Enter');
        expect(await page.getByRole('alert').textContent()).toBe('The password is wrong.');
        await page.getByLabel('Console password').fill(consolePassword);
        await page.keyboard.press('Enter');
        await page.getByRole('heading', { name: 'Audit' }).waitFor();
      },
      { password: false, expected: /401/ },
    );
  });

  it('a sign-in returns to the page after a lost session', async () => {
    await open('/console/audit?before=zzz', async (page) => {
      await page.context().clearCookies();
      await page.reload();
      await page.getByLabel('Console password').fill(consolePassword);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.waitForURL('**/console/audit?before=zzz');
    });
  });

  it('the console says that a form was not sent when the session was lost before', async () => {
    await open('/console/clients', async (page) => {
      await page.context().clearCookies();
      await page.getByText(/^Rotate the secret/).click();
      await page.getByRole('button', { name: 'Make a new secret' }).click();
      await page.getByText('so the form was not sent').waitFor();
      await page.getByLabel('Console password').fill(consolePassword);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.waitForURL('**/console/clients');
    });
  });

  it('a link on another site opens a page without a second sign-in', async () => {
    await open('/console/audit', async (page) => {
      await page.goto('data:text/html,<title>Elsewhere</title>');
      await page.setContent(`<a href="${shown.consoleUrl}/console/audit">call</a>`);
      await page.getByRole('link').click();
      await page.getByRole('heading', { name: 'Audit' }).waitFor();
    });
  });

  it('the keys j and k move through rows, and Enter opens one', async () => {
    await open('/console', async (page) => {
      const focused = (): Promise<string | null> =>
        page.evaluate('document.activeElement.textContent.trim()');
      await page.keyboard.press('j');
      expect(await focused()).toBe('sql');
      await page.keyboard.press('k');
      expect(await focused()).toBe('sql');
      await page.route('**/console/deliveries*', (route) => route.fulfill({ body: 'The deliveries' }));
      await page.keyboard.press('Enter');
      await page.waitForURL('**/console/deliveries?destination=sql');
    });
  });

  it('the key ? lists the keys, and a person can switch them off', async () => {
    await open('/console', async (page) => {
      await page.keyboard.press('?');
      await page.getByRole('dialog', { name: 'Keys' }).waitFor();
      await page.getByLabel('Use these keys').uncheck();
      await page.getByRole('button', { name: 'Close' }).click();
      await page.keyboard.press('?');
      expect(await page.getByRole('dialog').isVisible()).toBe(false);
    });
  });

  it('the console works without scripts: a person signs in, rotates a secret, and signs out', async () => {
    await open(
      '/console/clients',
      async (page) => {
        await page.getByText(/^Rotate the secret/).click();
        await page.getByRole('button', { name: 'Make a new secret' }).click();
        const secret = await page.locator('.secret').textContent();
        const answer = await fetch(`${shown.url}/oauth/token`, {
          method: 'POST',
          body: new URLSearchParams({
            grant_type: 'client_credentials',
            client_id: shown.client.clientId,
            client_secret: secret ?? '',
          }),
        });
        expect(answer.status).toBe(200);
        await page.getByRole('button', { name: 'Sign out' }).click();
        await page.getByLabel('Console password').waitFor();
      },
      { javaScriptEnabled: false },
    );
  });

  it('one click registers a requested redirect URI', async () => {
    await open('/console/clients', async (page) => {
      await page.getByRole('row', { name: askedUri }).getByRole('button', { name: 'Register' }).click();
      await page
        .getByRole('status')
        .filter({ hasText: `${askedUri} is registered` })
        .waitFor();
      expect(await page.getByRole('heading', { name: 'Requested redirect URIs' }).count()).toBe(0);
    });
  });

  it.each(Object.entries(pages))('hostile text is shown as text on the page %s', async (_name, path) => {
    await open(path, async (page) => {
      expect(await page.locator('main img').count()).toBe(0);
      const content = await page.content();
      expect(['\u202e', '\u001b'].filter((character) => content.includes(character))).toEqual([]);
    });
  });

  it('a viewer is offered no change', async () => {
    await open(
      '/console/clients',
      async (page) => {
        expect(await page.locator('main form').count()).toBe(0);
      },
      { password: viewerPassword },
    );
  });
});

describe('a viewer', () => {
  it('a viewer gets 403 for each form', async () => {
    const visitor = await shown.signedIn(viewerPassword);
    const { csrf } = await visitor.get('/console/clients');
    for (const path of ['redirect', 'rotate', 'revoke']) {
      const { status } = await visitor.post(`/console/clients/${path}`, {
        ...{ token: csrf, client: shown.client.clientId, sure: 'yes', uri: 'https://a.example/' },
      });
      expect(status).toBe(403);
    }
  });
});

describe('a change', () => {
  it('a change is written to the audit table with its count', async () => {
    const visitor = await shown.signedIn();
    const { csrf } = await visitor.get('/console/clients');
    const form = { token: csrf, client: shown.client.clientId, uri: 'https://b.example/back' };
    expect((await visitor.post('/console/clients/redirect', form)).status).toBe(303);
    const row: unknown = await shown.store.reader
      .knex('audit')
      .where('filter', 'like', '%b.example%')
      .first('who', 'what', 'count');
    expect(row).toEqual({ who: 'operator', what: 'registered a redirect URI', count: 1 });
  });

  it('a refused change gets a page that says why, and no 500', async () => {
    const visitor = await shown.signedIn();
    const { csrf } = await visitor.get('/console/clients');
    const send = (path: string, form: Record<string, string>): Promise<{ status: number; text: string }> =>
      visitor.post(`/console/clients/${path}`, { token: csrf, client: shown.client.clientId, ...form });
    expect(await send('redirect', { uri: 'http://plain.example/' })).toMatchObject({
      status: 400,
      text: expect.stringContaining('must begin with https://') as unknown,
    });
    expect((await send('revoke', {})).status).toBe(400);
    expect((await send('rotate', { client: 'nobody' })).status).toBe(404);
  });
});
