import { afterEach, describe, expect, it } from 'vitest';
import { storePushes, type NewPush, type StoredPush } from '../../src/store/pushes.ts';
import { isUnderId } from '../../src/store/reused-ids.ts';
import { engines } from '../fixtures/engines.ts';
import { countRows, openFreshStore, readCall, type FreshStore } from '../fixtures/fresh-store.ts';
import { inboundBodies, pushOf, someTimeMs } from '../fixtures/pushes.ts';

const dayLater = { callstarttime: '2026-11-23 04:00:00', originnumber: '0491570156' };
const suffixed = 'one#20261123T040000Z';

const bodies = inboundBodies('one');
const first = (body: Record<string, unknown> = bodies.start): NewPush => pushOf(body);
const second = (body: Record<string, unknown> = {}): NewPush =>
  pushOf({ ...bodies.start, ...dayLater, ...body });

for (const engine of engines) {
  describe.skipIf(!engine.given)(`a call id that is used again, on ${engine.title}`, () => {
    let fresh: FreshStore;
    afterEach(() => fresh.close());

    const store = async (...groups: NewPush[][]): Promise<StoredPush[]> => {
      fresh = await openFreshStore(engine, []);
      const answers: StoredPush[] = [];
      for (const group of groups) answers.push(...(await storePushes(fresh.store, group, [], someTimeMs)));
      return answers;
    };

    it('a call id with another start and another origin number makes another call', async () => {
      await store([first()], [second()]);
      expect((await readCall(fresh.store, 'one'))?.record.fields.origin_number).toBe('0491570006');
      expect((await readCall(fresh.store, suffixed))?.record.fields.origin_number).toBe('0491570156');
    });

    it('a reused call id makes another call within one group too', async () => {
      await store([first(), second()]);
      expect(await countRows(fresh.store, 'calls')).toBe(2);
    });

    it('a reused call id causes a warning, and the answer has the id under which the push is stored', async () => {
      const [, answer] = await store([first()], [second()]);
      expect(answer?.moved).toMatchObject({ callId: suffixed, warning: { code: 'id_reused' } });
    });

    it('the warning about a reused id is kept with the stored push', async () => {
      await store([first()], [second()]);
      const [parsed] = await fresh.store.reader
        .knex('pushes')
        .where({ call_id: suffixed })
        .pluck<string[]>('parsed');
      expect(parsed).toContain('id_reused');
    });

    it('later pushes of the second call belong to that call', async () => {
      const end = { callendtime: '2026-11-23 04:05:00', duration: 300 };
      await store([first()], [second()], [second(end), first(bodies.end)]);
      const calls = await Promise.all(['one', suffixed].map((id) => readCall(fresh.store, id)));
      expect(calls.map((call) => call?.record.fields.duration_seconds)).toEqual([65, 300]);
    });

    it('a repeat of the second call is recognised', async () => {
      const answers = await store([first()], [second()], [second()]);
      expect(answers.map(({ duplicate }) => duplicate)).toEqual([false, false, true]);
    });

    it('two calls of one id stay separate in either order', async () => {
      await store([second()], [first()]);
      expect(await countRows(fresh.store, 'calls')).toBe(2);
    });

    it('two calls of one id stay separate when two receivers store them at once', async () => {
      fresh = await openFreshStore(engine, []);
      const other = await fresh.openAgain();
      await Promise.all([
        storePushes(fresh.store, [first()], [], someTimeMs),
        storePushes(other, [second()], [], someTimeMs),
      ]);
      expect(await countRows(fresh.store, 'calls')).toBe(2);
    });

    it.each([
      ['the same origin number in another spelling', { originnumber: '+61 491 570 006' }],
      ['the same origin number in full-width digits', { originnumber: '０４９１５７０００６' }],
      ['a start within 12 hours', { callstarttime: '2026-11-22 12:59:00' }],
      ['no origin number', { originnumber: '' }],
      ['no start', { callstarttime: '' }],
    ])('one call stays one with %s', async (_what, same) => {
      await store([first()], [second(same)]);
      expect(await countRows(fresh.store, 'calls')).toBe(1);
    });
  });
}

describe('an id of 191 characters that is used again', () => {
  it('a reused id of 191 characters fits its column', async () => {
    const long = 'x'.repeat(191);
    const engine = engines[0];
    if (engine === undefined) throw new Error('SQLite is always there');
    const fresh = await openFreshStore(engine, []);
    const [, answer] = await storePushes(
      fresh.store,
      [pushOf({ ...bodies.start, callsessionid: long }), second({ callsessionid: long })],
      [],
      someTimeMs,
    );
    expect(answer?.moved?.callId).toMatch(/^x{174}#20261123T040000Z$/);
    expect(isUnderId(answer?.moved?.callId ?? '', long)).toBe(true);
    await fresh.close();
  });
});
