import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addRefused, type RefusedRequests } from '../../src/store/lookup/refused-requests.ts';
import { expectGoodPage, hasBrowser, useBrowser } from './browser.ts';
import { startConsole, viewerPassword, type ConsoleUnderTest } from './console-under-test.ts';

const hourMs = 3_600_000;
const hostile = '<script>alert(1)</script>"\'><img src=x onerror=alert(1)>\u202e';

function refused(rest: Partial<RefusedRequests> = {}): RefusedRequests {
  const atMs = rest.lastAtMs ?? Date.now();
  return {
    ...{ address: '203.0.113.7', path: '/webhooks/jet', code: 'not_authenticated', status: 401 },
    ...{ method: 'POST', credential: 'bearer', size: 1_234, times: 1, firstAtMs: atMs, lastAtMs: atMs },
    ...{ requestId: '8c1e9a7d4b6e8f10', quarantineId: undefined },
    ...rest,
  };
}

let shown: ConsoleUnderTest;
beforeAll(async () => {
  shown = await startConsole();
  await addRefused(shown.store, [
    refused({ times: 12 }),
    refused({ times: 30, lastAtMs: Date.now() - 5 * 60_000 }),
    refused({ code: 'not_a_call', status: 422, quarantineId: '0mhx8k2p1q00000000000000000' }),
    refused({ code: 'not_found', status: 404, path: '/webhoks/…', lastAtMs: Date.now() - 30 * hourMs }),
    refused({
      address: hostile.slice(0, 60),
      path: hostile.slice(0, 90),
      method: '<b>',
      code: 'empty_body',
      status: 400,
    }),
  ]);
});
afterAll(() => shown.close());

const get = async (query = ''): Promise<string> =>
  (await (await shown.inSession()).get(`/console/refused${query}`)).text;

describe('the page of refused requests', () => {
  it('the page of refused requests sums up by reason with a remedy, and shows equal requests as one row', async () => {
    const text = await get();
    expect(text).toContain('44 requests were refused in the last 24 hours.');
    expect(text).toContain('Refused, because the credentials were missing or not valid.');
    expect(text.match(/401 not_authenticated/g)).toHaveLength(1);
    expect(text).toContain('data-name="Times">42<');
  });

  it('a refused request links to its body where that was kept', async () => {
    expect(await get()).toContain('href="/console/quarantine/0mhx8k2p1q00000000000000000"');
  });

  it('the page of refused requests takes its filter from the URL', async () => {
    expect(await get('?since=7d&code=not_found')).toContain('/webhoks/…');
    expect(await get('?since=24h')).not.toContain('/webhoks/…');
    expect(await get('?path=%2Fnowhere')).toContain('No request was refused in the last 24 hours.');
    expect(await get('?address=203.0.113.7')).not.toContain('400 empty_body');
  });

  it.each(['?since=yesterday', '?code=no_such', '?since[]=1', '?code=%00%ff'])(
    'an invalid filter of refused requests is answered with a page and not with an error: %s',
    async (query) => {
      const { status, text } = await (await shown.inSession()).get(`/console/refused${query}`);
      expect(status).toBe(200);
      if (!query.includes('[]')) expect(text).toContain('role="alert"');
    },
  );

  it('the page of refused requests shows text from outside as text', async () => {
    const text = await get();
    expect(text).not.toContain('<script>alert');
    expect(text).not.toContain('<img src=x');
  });

  it('the page of refused requests is for signed-in people, and a viewer can read it', async () => {
    expect((await shown.visitor().get('/console/refused')).status).toBe(303);
    const viewer = await shown.inSession(viewerPassword);
    expect((await viewer.get('/console/refused')).text).toContain('44 requests were refused');
  });

  it('a request is shown within seconds after it was refused', async () => {
    await fetch(`${shown.url}/webhooks/mistyped`, { method: 'POST', body: '{}' });
    await expect.poll(() => get('?since=1h&code=not_found')).toContain('/webhooks/mistyped');
  });
});

describe.skipIf(!hasBrowser)('the page of refused requests in a browser', () => {
  const { visit, pictures } = useBrowser();
  const url = (): string => `${shown.consoleUrl}/console/refused`;

  it.each(['light', 'dark'] as const)(
    'the page of refused requests is accessible, wide and narrow, in %s',
    async (colorScheme) => {
      await visit(url(), (page) => expectGoodPage(page, `${pictures}/refused-${colorScheme}`), {
        colorScheme,
      });
    },
  );

  it('the page of refused requests filters by a click and by the form, also without scripts', async () => {
    const work = async (page: Page): Promise<void> => {
      await page.getByLabel('Code').selectOption('not_a_call');
      await page.getByRole('button', { name: 'Show' }).click();
      await page.waitForURL(/code=not_a_call/);
      expect(await page.locator('tbody tr').count()).toBe(1);
      await page.getByRole('link', { name: 'Clear' }).click();
      await page.getByRole('link', { name: 'not_authenticated' }).first().click();
      await page.waitForURL(/code=not_authenticated/);
    };
    await visit(url(), work);
    await visit(url(), work, { javaScriptEnabled: false });
  });
});
