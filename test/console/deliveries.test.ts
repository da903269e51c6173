import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Destination } from '../../src/store/deliveries.ts';
import { makeReplayJob, readReplayJob } from '../../src/store/lookup/replay/replay-jobs.ts';
import { storePushes } from '../../src/store/pushes.ts';
import type { Visitor } from '../auth/oauth/visitor.ts';
import { inboundBodies, pushOf, someTimeMs } from '../fixtures/pushes.ts';
import { until } from '../fixtures/until.ts';
import { expectGoodPage, hasBrowser, useBrowser } from './browser.ts';
import { startConsole, viewerPassword, type ConsoleUnderTest } from './console-under-test.ts';

const sql: Destination = { name: 'sql', stages: ['call_end'], settleAfterMs: 1000 };
const gone: Destination = { ...sql, name: 'crm' };
const hostile = `<b onclick=alert(1)>bold</b>\u202e\u001b[2J'"&lt;${'x'.repeat(3_000)}`;

let shown: ConsoleUnderTest;
beforeAll(async () => {
  shown = await startConsole();
});
afterAll(() => shown.close());

const knex = () => shown.store.writer.knex;
const dueCount = async (): Promise<number> =>
  (await knex()('deliveries').where({ destination: 'sql', state: 'due' }).pluck('call_id')).length;

beforeEach(async () => {
  for (const table of ['deliveries', 'calls', 'pushes', 'replay_jobs', 'audit']) await knex()(table).delete();
  const pushes = Array.from({ length: 30 }, (_none, index) =>
    pushOf(inboundBodies(`call-${index}`).end, someTimeMs + index),
  );
  await storePushes(shown.store, pushes, [sql, gone], someTimeMs);
  const settled = { due_at: null, due_since: null, attempted_at: someTimeMs };
  await knex()('deliveries').update({ ...settled, state: 'delivered', delivered_revision: 1 });
  await knex()('deliveries')
    .whereIn('call_id', ['call-1', 'call-2', 'call-3'])
    .update({ state: 'rejected', code: 'no_field', reason: 'It has no field.', remedy: 'Add the field.' });
});

const jobOf = (url: string) => readReplayJob(shown.store, url.split('/').at(-1) ?? '');
const pausedJob = async (): Promise<string> => {
  const asked = {
    filter: { state: 'rejected' },
    destinations: ['sql'],
    reason: 'Why',
    who: 'operator',
  } as const;
  // A job of the future is never the oldest one while the test runs.
  const id = await makeReplayJob(shown.store, asked, Date.now());
  await knex()('replay_jobs').where({ id }).update({ state: 'paused' });
  return id;
};

describe('the pages of deliveries', () => {
  const get = async (path: string, password?: string) => (await shown.inSession(password)).get(path);

  it('the page shows deliveries by destination, state and code, with counts and remedies', async () => {
    const { text: body } = await get('/console/deliveries');
    expect(body).toMatch(/no_field[^]*?>3<[^]*?It has no field\.[^]*?Add the field\./);
    expect(body).toContain('(not enabled)');
  });

  it.each([
    ['an unknown destination', 'destination=moon', 'There is no destination &#34;moon&#34;.'],
    ['an unknown state', 'state=lost', 'There is no state &#34;lost&#34;.'],
    ['no time', 'from=yesterday', '&#34;yesterday&#34; is not a time'],
    ['times in the wrong order', 'from=2026-11-02&to=2026-11-01', 'The first time must be before'],
    ['a code that is too long', `code=${'x'.repeat(65)}`, 'at most 64 characters'],
    ['earlier calls without a destination', 'earlier=yes&all=yes', 'Choose a destination'],
    ['nothing', '', 'Choose deliveries'],
  ])('the preview says what is wrong with a filter: %s', async (_what, query, words) => {
    const { status, text: body } = await get(`/console/deliveries/preview?${query}`);
    expect(status).toBe(400);
    expect(body).toContain(words);
  });

  it('the preview shows the exact count, the first deliveries, and which ones cannot be tried and why', async () => {
    await knex()('deliveries').where({ call_id: 'call-3' }).update({ state: 'due', due_at: someTimeMs });
    const { status, text: body } = await get('/console/deliveries/preview?code=no_field');
    expect(status).toBe(200);
    expect(body).toContain('2 deliveries would be made due.');
    expect(body).toContain('1 is passed over: already due.');
    expect(body).toContain('3 are passed over: the destination is not enabled.');
    expect(body).toContain('/console/calls/call-1');
  });

  it('the preview reports a call that does not exist', async () => {
    expect((await get('/console/deliveries/preview?call=nobody')).text).toContain('There is no call nobody.');
  });

  const replay = async (visitor: Visitor, fields: Record<string, string>) => {
    const { csrf } = await visitor.get('/console/deliveries/preview?all=yes');
    return visitor.post('/console/deliveries/jobs', { token: csrf, ...fields });
  };

  it.each([
    ['no reason', { state: 'rejected' }, 'Say why'],
    ['no filter', { reason: 'x' }, 'Choose deliveries'],
    ['a destination that is gone', { destination: 'crm', reason: 'x' }, 'The destination crm is not enabled'],
    ['a wrong state', { state: 'lost', reason: 'x' }, 'There is no state'],
  ])('no replay starts with %s', async (_what, fields, words) => {
    const answer = await replay(await shown.inSession(), fields);
    expect(answer.status).toBe(400);
    expect(answer.text).toContain(words);
    expect(await knex()('replay_jobs').pluck('id')).toEqual([]);
  });

  it('each replay is written to the audit table, with filter, count and reason', async () => {
    const answer = await replay(await shown.inSession(), {
      state: 'rejected',
      reason: 'The field is there.',
    });
    expect(answer.status).toBe(303);
    expect(await knex()('audit').where({ what: 'replayed deliveries' }).select('*')).toMatchObject([
      { who: 'operator', filter: 'state rejected', reason: 'The field is there.', count: 3 },
    ]);
  });

  it('a viewer sees no form for a replay, and a form of a viewer is answered 403', async () => {
    const viewer = await shown.inSession(viewerPassword);
    const page = await viewer.get('/console/deliveries/preview?state=rejected');
    expect(page.text).not.toContain('action="/console/deliveries/jobs"');
    const id = await pausedJob();
    for (const path of ['/console/deliveries/jobs', `/console/deliveries/jobs/${id}/cancel`])
      expect((await viewer.post(path, { token: page.csrf, state: 'rejected', reason: 'x' })).status).toBe(
        403,
      );
    expect((await readReplayJob(shown.store, id))?.state).toBe('paused');
  });

  it('a replay that does not exist is answered 404', async () => {
    expect((await get('/console/deliveries/jobs/nothing')).status).toBe(404);
  });

  it('the page of a replay says that its destination is gone', async () => {
    const asked = { filter: {}, destinations: ['crm'], reason: 'Why', who: 'operator' } as const;
    const id = await makeReplayJob(shown.store, asked, Date.now());
    await until(async () => expect((await readReplayJob(shown.store, id))?.state).toBe('failed'));
    expect((await get(`/console/deliveries/jobs/${id}`)).text).toContain(
      'The destination crm is not enabled any more',
    );
  });

  it('a replay can be resumed and cancelled', async () => {
    const visitor = await shown.inSession();
    const id = await pausedJob();
    const { csrf } = await visitor.get(`/console/deliveries/jobs/${id}`);
    const cancelled = await visitor.post(`/console/deliveries/jobs/${id}/cancel`, { token: csrf });
    expect(cancelled.location).toBe(`/console/deliveries/jobs/${id}`);
    expect((await readReplayJob(shown.store, id))?.state).toBe('cancelled');
    const other = await pausedJob();
    await visitor.post(`/console/deliveries/jobs/${other}/resume`, { token: csrf });
    await until(async () => expect((await readReplayJob(shown.store, other))?.state).toBe('done'));
    expect(await dueCount()).toBe(3);
  });
});

describe.runIf(hasBrowser)('the pages of deliveries in a browser', () => {
  const browser = useBrowser();
  const url = (path: string): string => `${shown.consoleUrl}${path}`;

  it.each(['light', 'dark'] as const)(
    'the pages of deliveries are accessible and fit a narrow screen, %s',
    async (colorScheme) => {
      const id = await pausedJob();
      await browser.visit(
        url('/console/deliveries'),
        async (page) => {
          await expectGoodPage(page, join(browser.pictures, `deliveries-${colorScheme}`));
          await page.goto(url('/console/deliveries/preview?code=no_field&state=rejected'));
          await expectGoodPage(page, join(browser.pictures, `deliveries-preview-${colorScheme}`));
          await page.goto(url(`/console/deliveries/jobs/${id}`));
          await expectGoodPage(page, join(browser.pictures, `deliveries-job-${colorScheme}`));
        },
        { colorScheme },
      );
    },
  );

  it('a bulk replay shows a group, its preview, a reason, and the progress to its end without a reload', async () => {
    await browser.visit(url('/console/deliveries'), async (page) => {
      await page.getByRole('link', { name: 'Preview of sql, rejected no_field' }).click();
      await page.getByText('3 deliveries would be made due.').waitFor();
      await page.getByLabel('Reason').fill('The field is there now.');
      await page.getByRole('button', { name: 'Replay them' }).click();
      await page.getByText('The replay was started.').waitFor();
      await page.locator('tr', { hasText: '3 of 3' }).getByText('done').waitFor();
      expect(await jobOf(page.url())).toMatchObject({
        state: 'done',
        reason: 'The field is there now.',
        madeDue: 3,
      });
    });
    expect(await dueCount()).toBe(3);
  });

  it('a bulk replay works with the keyboard alone', async () => {
    await browser.visit(url('/console/deliveries/preview?code=no_field&state=rejected'), async (page) => {
      const reason = page.getByLabel('Reason');
      for (let presses = 0; presses < 60; presses += 1) {
        await page.keyboard.press('Tab');
        if (await reason.evaluate((field) => field === field.ownerDocument.activeElement)) break;
      }
      await page.keyboard.type('By keyboard');
      await page.keyboard.press('Enter');
      await page.waitForURL(/\/jobs\/\w+$/);
      expect((await jobOf(page.url()))?.reason).toBe('By keyboard');
    });
  });

  it('a bulk replay works without scripts', async () => {
    await browser.visit(
      url('/console/deliveries'),
      async (page) => {
        await page.getByLabel('State').selectOption('rejected');
        await page.getByLabel('Destination').first().selectOption('sql');
        await page.getByRole('button', { name: 'Preview' }).click();
        await page.getByLabel('Reason').fill('Without scripts');
        await page.getByRole('button', { name: 'Replay them' }).click();
        await page.waitForURL(/\/jobs\/\w+$/);
        await until(async () => expect((await jobOf(page.url()))?.state).toBe('done'));
        await page.reload();
        await page.getByText('3 of 3').waitFor();
      },
      { javaScriptEnabled: false },
    );
  });

  it('the pages of deliveries show hostile texts as text', async () => {
    const texts = { code: '<i>code</i>', reason: hostile, remedy: hostile };
    await knex()('deliveries').where({ call_id: 'call-1' }).update(texts);
    await browser.visit(url('/console/deliveries'), async (page) => {
      await expectGoodPage(page, join(browser.pictures, 'deliveries-hostile'));
      expect(await page.locator('main b, main i').count()).toBe(0);
      await page.goto(url(`/console/deliveries/preview?code=${encodeURIComponent(texts.code)}`));
      await expectGoodPage(page, join(browser.pictures, 'deliveries-preview-hostile'));
      expect(await page.locator('main b, main i').count()).toBe(0);
      expect(await page.locator('main').innerText()).toContain('<b onclick=alert(1)>bold</b>');
      const text = await page.locator('main').innerText();
      expect(['\u202e', '\u001b'].filter((character) => text.includes(character))).toEqual([]);
    });
  });
});
