import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readAudit } from '../../src/store/lookup/audit.ts';
import { quarantineBody, readQuarantine } from '../../src/store/quarantine.ts';
import { readCall } from '../fixtures/fresh-store.ts';
import { expectGoodPage, hasBrowser, useBrowser } from './browser.ts';
import { startConsole, viewerPassword, type ConsoleUnderTest } from './console-under-test.ts';

const hostile =
  '{"callsessionid":"<script>alert(1)</script>","x":"<img src=x onerror=alert(1)>","y":"\u202e\u001b[2J","z":"0412 345 678"';

let shown: ConsoleUnderTest;
const ids: Record<string, string> = {};

async function keep(name: string, body: string | Buffer, rest: object = {}): Promise<void> {
  const refused = {
    ...{ code: 'malformed_json', detail: 'The body is not JSON.', pathStage: undefined },
    ...{ contentType: 'application/json', contentEncoding: undefined, body: Buffer.from(body) },
    ...rest,
  };
  ids[name] = await quarantineBody(shown.store, refused, 1e9, Date.now());
}

beforeAll(async () => {
  shown = await startConsole();
  await keep('hostile', hostile);
  // Refused by an older version, readable today.
  await keep('one', '{"callsessionid":"again-1","duration":9}', { code: 'not_a_call' });
  await keep('two', '{"callsessionid":"again-2","duration":9}', { code: 'not_a_call' });
  await keep('list', '[{"callsessionid":"again-3"},{}]', { code: 'too_many_calls' });
  await keep('long', `{"x":"${'a'.repeat(20_000)}`);
  await keep('broken', gzipSync('{}').subarray(0, 5), {
    code: 'malformed_encoding',
    contentEncoding: 'gzip',
  });
});
afterAll(() => shown.close());

const get = async (path = '', password?: string) =>
  (await shown.inSession(password)).get(`/console/quarantine${path}`);

describe('the page of the quarantine', () => {
  it('the page of the quarantine shows for each body how it would be stored today', async () => {
    const { text } = await get();
    expect(text).toContain('would be stored as call_end');
    expect(text).toContain('would be stored as a list, 1 of 2 items');
    expect(text).toContain('still refused: malformed_json');
    expect(text).toContain('The body cannot be decoded.');
  });

  it('the page of the quarantine shows a body as text, cut in the list and whole on its own page', async () => {
    const list = (await get()).text;
    expect(list).toContain('more characters not shown here');
    const one = (await get(`/${ids['hostile'] ?? ''}`)).text;
    for (const text of [list, one]) {
      expect(text).not.toMatch(/<script>alert|<img src=x/);
      // eslint-disable-next-line no-control-regex
      expect(text).not.toMatch(/[\u202e\u001b]/);
    }
    expect((await get(`/${ids['long'] ?? ''}`)).text).toContain('a'.repeat(20_000));
  });

  it('the page of the quarantine shows a viewer no whole number and no button', async () => {
    const { text } = await get(`/${ids['hostile'] ?? ''}`, viewerPassword);
    expect(text).not.toContain('0412 345 678');
    expect((await get(`/${ids['one'] ?? ''}`, viewerPassword)).text).not.toContain('Store it');
    expect((await get('/replay', viewerPassword)).status).toBe(403);
  });

  it('the page of the quarantine filters by code, and answers an unknown code with a sentence', async () => {
    expect((await get('?code=not_a_call')).text).not.toContain('malformed_json</span>');
    const { status, text } = await get('?code=%3Cb%3E');
    expect([status, text]).toEqual([400, expect.stringContaining('There is no code') as string]);
  });

  it('a body that does not exist in the quarantine is answered 404', async () => {
    for (const id of ['0mhx8k2p1q', "a'b", '%00']) expect((await get(`/${id}`)).status).toBe(404);
  });

  it('the page of the quarantine previews without writing', async () => {
    const { text } = await get('/replay?code=not_a_call');
    expect(text).toContain('2 of 2 bodies can be stored');
    expect(await readCall(shown.store, 'again-1')).toBeUndefined();
  });

  it('the page of the quarantine refuses a viewer, and a form without its token', async () => {
    const viewer = await shown.inSession(viewerPassword);
    const { csrf } = await viewer.get('/console/quarantine');
    expect(
      (await viewer.post('/console/quarantine/replay', { token: csrf, code: 'not_a_call' })).status,
    ).toBe(403);
    const operator = await shown.inSession();
    expect((await operator.post('/console/quarantine/replay', { code: 'not_a_call' })).status).toBe(403);
    expect(await readCall(shown.store, 'again-1')).toBeUndefined();
  });

  it('the page of the quarantine reads one body again, with an entry in the audit table', async () => {
    const operator = await shown.inSession();
    const { csrf } = await operator.get(`/console/quarantine/${ids['one'] ?? ''}`);
    const form = { token: csrf, id: ids['one'] ?? '', reason: 'the sender was fixed' };
    const { status, location } = await operator.post('/console/quarantine/replay', form);
    expect([status, location]).toEqual([303, '/console/quarantine']);
    expect(await readCall(shown.store, 'again-1')).toBeDefined();
    expect((await operator.get('/console/quarantine')).text).toContain('1 of 1 body stored.');
    expect(await readAudit(shown.store, 1)).toMatchObject([
      {
        what: 'read quarantined bodies again',
        filter: `id=${ids['one'] ?? ''}`,
        count: 1,
        reason: form.reason,
      },
    ]);
  });
});

describe.skipIf(!hasBrowser)('the pages of the quarantine in a browser', () => {
  const { visit, pictures } = useBrowser();
  const url = (path = ''): string => `${shown.consoleUrl}/console/quarantine${path}`;

  it.each(['light', 'dark'] as const)(
    'the pages of the quarantine are accessible, wide and narrow, in %s',
    async (colorScheme) => {
      const look = (path: string, name: string): Promise<void> =>
        visit(url(path), (page) => expectGoodPage(page, `${pictures}/${name}-${colorScheme}`), {
          colorScheme,
        });
      await look('', 'quarantine');
      await look(`/${ids['hostile'] ?? ''}`, 'quarantine-body');
      await look('/replay', 'quarantine-preview');
    },
  );

  it('the pages of the quarantine read a filter again after a preview, without scripts', async () => {
    await visit(
      url('?code=not_a_call'),
      async (page) => {
        await page.getByRole('link', { name: /again: preview/ }).click();
        await page.getByLabel('Reason').fill('the sender was fixed');
        await page.getByRole('button', { name: 'Store it' }).click();
        await page.waitForURL(url());
        expect(await page.getByRole('status').first().textContent()).toContain('1 of 1 body stored.');
      },
      { javaScriptEnabled: false },
    );
    expect(await readCall(shown.store, 'again-2')).toBeDefined();
    expect((await readQuarantine(shown.store, { code: 'not_a_call' }, 10)).length).toBe(0);
  });
});
