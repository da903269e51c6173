import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCallMemory } from '../../src/store/call-memory.ts';
import type { SecretKeys } from '../../src/store/secret-keys.ts';
import type { Destination } from '../../src/store/deliveries.ts';
import { registerDestinations } from '../../src/store/destinations.ts';
import { storePushes, type NewPush, type StoredPush } from '../../src/store/pushes.ts';
import { markForReplay } from '../../src/store/upkeep/replay.ts';
import type { Store } from '../../src/store/store.ts';
import { deleteOldTombstones } from '../../src/store/upkeep/tombstones.ts';
import { trimCalls } from '../../src/store/upkeep/trim-calls.ts';
import { engines } from '../fixtures/engines.ts';
import {
  countRows,
  openFreshStore,
  readCall,
  readDelivery,
  type FreshStore,
} from '../fixtures/fresh-store.ts';
import { inboundBodies, pushOf, someTimeMs } from '../fixtures/pushes.ts';
import { until } from '../fixtures/until.ts';

const crm: Destination = {
  name: 'crm',
  stages: ['call_start', 'call_answered', 'call_end', 'call_end_outbound'],
  settleAfterMs: 1000,
};
const secretKey = 'a-key-of-the-tests-with-32-letters';
const secretKeys = { present: secretKey, previous: undefined };
const laterMs = someTimeMs + 86_400_000;

/** Runs every step. Returns what they removed together. */
async function trimAll(
  store: Store,
  beforeMs = laterMs,
  pushesMax = 7,
): Promise<{ calls: number; held: number }> {
  let afterId: string | undefined = '';
  let calls = 0;
  const held = new Set<string>();
  while (afterId !== undefined) {
    const step: Awaited<ReturnType<typeof trimCalls>> = await trimCalls(
      store,
      { beforeMs, secretKey, afterId, pushesMax },
      laterMs,
    );
    calls += step.calls;
    for (const { callId } of step.held) held.add(callId);
    afterId = step.afterId;
  }
  return { calls, held: held.size };
}

for (const engine of engines) {
  describe.skipIf(!engine.given)(`removing old calls on ${engine.title}`, () => {
    let fresh: FreshStore;
    beforeEach(async () => {
      fresh = await openFreshStore(engine, ['crm', 'table']);
    });
    afterEach(() => fresh.close());

    const store = (
      pushes: readonly NewPush[],
      destinations: readonly Destination[] = [crm],
      keys: SecretKeys = secretKeys,
    ) => storePushes(fresh.store, pushes, destinations, laterMs, keys);
    const setState = (callId: string, state: string, destination = 'crm') =>
      fresh.store.writer.knex('deliveries').where({ call_id: callId, destination }).update({ state });
    const storeSettled = async (callId: string, state = 'delivered'): Promise<void> => {
      const { start, answered, end } = inboundBodies(callId);
      await store([pushOf(start), pushOf(answered, someTimeMs + 1), pushOf(end, someTimeMs + 2)]);
      await setState(callId, state);
    };

    it('an old call is removed with its pushes and its deliveries, in steps of any size', async () => {
      for (let number = 0; number < 12; number += 1) await storeSettled(`call-${number}`);
      expect(await trimAll(fresh.store)).toEqual({ calls: 12, held: 0 });
      const counts = await Promise.all(
        ['calls', 'pushes', 'deliveries'].map((table) => countRows(fresh.store, table)),
      );
      expect(counts).toEqual([0, 0, 0]);
    });

    it.skipIf(engine.dialect !== 'postgres')(
      'a removal reads no whole table, although none was ever analysed, as after a restore',
      async () => {
        const { knex } = fresh.store.writer;
        const tables = ['pushes', 'calls', 'deliveries'];
        for (const table of tables) await knex.raw(`ALTER TABLE ${table} SET (autovacuum_enabled = false)`);
        for (let number = 0; number < 5; number += 1) await storeSettled(`call-${number}`);
        await knex.raw(
          `INSERT INTO pushes (id, call_id, stage, content_hash, received_at, parsed, body)
           SELECT 'zz' || n, 'later-' || n, stage, content_hash, received_at, parsed, body
           FROM generate_series(1, 20000) AS n, (SELECT * FROM pushes LIMIT 1) AS one`,
        );
        await knex.raw(
          `INSERT INTO deliveries (destination, call_id, revision, state, attempts)
           SELECT destination, 'later-' || n, revision, state, 0
           FROM generate_series(1, 20000) AS n, (SELECT * FROM deliveries LIMIT 1) AS one`,
        );
        type Scans = Record<'whole' | 'byIndex' | 'entries', number>;
        const scans = async (): Promise<Scans> => {
          const { rows } = await knex.raw<{ rows: [Scans] }>(
            `SELECT sum(seq_scan)::int AS whole, sum(idx_scan)::int AS "byIndex",
               (SELECT sum(idx_tup_read)::int FROM pg_stat_user_indexes WHERE relname = ANY(?)) AS entries
             FROM pg_stat_user_tables WHERE relname = ANY(?)`,
            [tables, tables],
          );
          return rows[0];
        };
        await knex.raw('SELECT pg_stat_force_next_flush()');
        const before = await scans();
        const step = await trimCalls(
          fresh.store,
          { beforeMs: laterMs, secretKey, afterId: '', pushesMax: 15 },
          laterMs,
        );
        expect(step.calls).toBe(5);
        // The server adds a session's counts to the statistics a moment later.
        const after = await until(async () => {
          const now = await scans();
          expect(now.byIndex).toBeGreaterThan(before.byIndex);
          return now;
        });
        expect(after.whole).toBe(before.whole);
        // An index can be read whole too: all deliveries of a destination.
        expect(after.entries - before.entries).toBeLessThan(2_000);
      },
    );

    it('a call whose latest push is not old enough stays, with all its pushes', async () => {
      const { start, end } = inboundBodies('long');
      await store([pushOf(start), pushOf(end, laterMs)]);
      await setState('long', 'delivered');
      expect(await trimAll(fresh.store)).toEqual({ calls: 0, held: 0 });
      expect(await countRows(fresh.store, 'pushes')).toBe(2);
    });

    it.each(['due', 'exhausted'])(
      'a call with a delivery that is %s stays, and the result says so',
      async (state) => {
        await storeSettled('owed', state);
        await storeSettled('settled');
        expect(await trimAll(fresh.store)).toEqual({ calls: 1, held: 1 });
        expect(await readCall(fresh.store, 'owed')).toBeDefined();
        expect(await countRows(fresh.store, 'pushes')).toBe(3);
      },
    );

    it('a call with a due delivery to a destination that is no longer enabled stays', async () => {
      await storeSettled('owed');
      await store([pushOf({ ...inboundBodies('owed').end, campaign: 'x' })], [crm, { ...crm, name: 'gone' }]);
      await setState('owed', 'delivered');
      await fresh.store.writer.knex('destinations').where({ name: 'gone' }).delete();
      expect(await trimAll(fresh.store)).toEqual({ calls: 0, held: 1 });
    });

    it.each(['delivered', 'skipped', 'rejected'])(
      'a call whose delivery was %s is removed',
      async (state) => {
        await storeSettled('settled', state);
        expect(await trimAll(fresh.store)).toEqual({ calls: 1, held: 0 });
      },
    );

    it('no late push brings back a part of a removed call', async () => {
      await storeSettled('removed');
      await trimAll(fresh.store);
      const late = pushOf({ ...inboundBodies('removed').end, duration: '66' }, laterMs);
      const other = pushOf(inboundBodies('other').start, laterMs);
      expect(await store([late, other])).toEqual([
        { pushId: late.id, duplicate: false, setAside: 'call_removed' },
        { pushId: other.id, duplicate: false },
      ]);
      expect(await readCall(fresh.store, 'removed')).toBeUndefined();
      expect(await readDelivery(fresh.store, 'crm', 'removed')).toBeUndefined();
      expect(await countRows(fresh.store, 'calls')).toBe(1);
      expect(await countRows(fresh.store, 'pushes')).toBe(1);
    });

    it('a push of today under the id of a removed call is stored as a new call', async () => {
      await storeSettled('reused');
      await trimAll(fresh.store);
      const today = pushOf({ ...inboundBodies('reused').start, callstarttime: laterMs }, laterMs);
      expect(await store([today])).toEqual([{ pushId: today.id, duplicate: false }]);
    });

    it('no call id, number or body of a removed call is stored', async () => {
      await storeSettled('a-call-id-to-look-for');
      await trimAll(fresh.store);
      const rows = await fresh.store.writer.knex('tombstones').select<object[]>('*');
      expect(rows).toEqual([{ hash: expect.stringMatching(/^[0-9a-f]{64}$/) as string, made_at: laterMs }]);
    });

    it('a tombstone is found only under the key that made it, which can be the previous key', async () => {
      await storeSettled('removed');
      await trimAll(fresh.store);
      const late = pushOf(inboundBodies('removed').start, laterMs);
      const present = 'another-key-of-32-letters-or-more';
      const changed = await store([late], [crm], { present, previous: secretKey });
      expect(changed).toEqual([{ pushId: late.id, duplicate: false, setAside: 'call_removed' }]);
      const [stored] = await store([late], [crm], { present, previous: undefined });
      expect(stored).toEqual({ pushId: late.id, duplicate: false });
    });

    it('old tombstones are removed, up to a limit at a time', async () => {
      for (const callId of ['a', 'b', 'c']) await storeSettled(callId);
      await trimAll(fresh.store);
      expect(await deleteOldTombstones(fresh.store, laterMs, 10)).toBe(0);
      expect(await deleteOldTombstones(fresh.store, laterMs + 1, 2)).toBe(2);
      expect(await deleteOldTombstones(fresh.store, laterMs + 1, 2)).toBe(1);
    });

    it('no delivery is created for a call that was removed after a replay read it', async () => {
      await storeSettled('removed');
      await storeSettled('standing');
      await setState('standing', 'due');
      await trimAll(fresh.store);
      const read = ['removed', 'standing'].map((id) => ({ id, revision: someTimeMs }));
      expect(await markForReplay(fresh.store, 'table', read, laterMs)).toBe(1);
      expect(await readDelivery(fresh.store, 'table', 'removed')).toBeUndefined();
      expect(await readDelivery(fresh.store, 'table', 'standing')).toMatchObject({ state: 'due' });
    });

    it('calls are removed only as a whole while other processes store late pushes and trim too', async () => {
      await registerDestinations(fresh.store, ['crm']);
      const others = [await fresh.openAgain(), await fresh.openAgain()];
      const ids = Array.from({ length: 40 }, (_none, index) => `race-${index}`);
      for (const id of ids) await storeSettled(id);
      const answers = new Map<string, StoredPush>();
      const memory = createCallMemory();
      const sendLate = async (): Promise<void> => {
        for (let from = 0; from < ids.length; from += 5) {
          const group = ids.slice(from, from + 5);
          const late = group.map((id) => pushOf({ ...inboundBodies(id).end, duration: '99' }, laterMs + 1));
          const stored = await storePushes(
            others[0] ?? fresh.store,
            late,
            [crm],
            laterMs + 1,
            secretKeys,
            memory,
          );
          group.forEach((id, index) => answers.set(id, stored[index] as StoredPush));
        }
      };
      await Promise.all([
        sendLate(),
        trimAll(fresh.store, laterMs, 9),
        trimAll(others[1] ?? fresh.store, laterMs, 11),
      ]);
      const left = await fresh.store.writer.knex('pushes').pluck<string[]>('call_id');
      for (const id of ids) {
        const isRemoved = answers.get(id)?.setAside === 'call_removed';
        expect(left.filter((callId) => callId === id)).toHaveLength(isRemoved ? 0 : 4);
        expect((await readCall(fresh.store, id)) === undefined).toBe(isRemoved);
        expect((await readDelivery(fresh.store, 'crm', id)) === undefined).toBe(isRemoved);
      }
      expect(await countRows(fresh.store, 'tombstones')).toBe(
        [...answers.values()].filter(({ setAside }) => setAside === 'call_removed').length,
      );
    });
  });
}
