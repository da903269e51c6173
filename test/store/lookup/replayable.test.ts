import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deliveryStates, type Destination } from '../../../src/store/deliveries.ts';
import { readDeliveryGroups } from '../../../src/store/lookup/delivery-groups.ts';
import type { Replayable, ReplayFilter } from '../../../src/store/lookup/replay/replay-filter.ts';
import { previewReplay } from '../../../src/store/lookup/replay/replay-preview.ts';
import { countReplayable } from '../../../src/store/lookup/replay/count-replayable.ts';
import { replayPasses } from '../../../src/store/lookup/replay/replay-passes.ts';
import { readReplayPage, type ReplayKey } from '../../../src/store/lookup/replay/replayable.ts';
import { writeTombstones } from '../../../src/store/upkeep/tombstones.ts';
import { storePushes } from '../../../src/store/pushes.ts';
import { engines } from '../../fixtures/engines.ts';
import { openFreshStore, type FreshStore } from '../../fixtures/fresh-store.ts';
import { inboundBodies, pushOf, someTimeMs } from '../../fixtures/pushes.ts';

const hour = 3_600_000;
const nowMs = someTimeMs + 10 * hour;
const times = { nowMs, madeAtMs: nowMs };
const crm: Destination = { name: 'crm', stages: ['call_end'], settleAfterMs: 20 * hour };
const once: Destination = { ...crm, name: 'once', takesUpdates: false };
const late: Destination = { ...crm, name: 'late' };
const enabled = [crm, late, once];

/** Rows as attempts leave them, one call an hour apart from the next. */
const rows: readonly (readonly [callId: string, destination: string, rest: Record<string, unknown>])[] = [
  ['a', 'crm', { state: 'delivered', due_at: null, delivered_revision: 1 }],
  ['b', 'crm', { state: 'rejected', due_at: null, code: 'no_field', reason: 'No field.', remedy: 'Add it.' }],
  ['c', 'crm', { state: 'rejected', due_at: null, code: 'no_field', reason: 'No field.', remedy: 'Add it.' }],
  ['d', 'crm', { state: 'rejected', due_at: null, code: 'locked', reason: 'Locked.', remedy: 'Wait.' }],
  ['e', 'crm', { state: 'skipped', due_at: null, code: 'skipped', reason: 'Internal.' }],
  ['f', 'crm', { state: 'exhausted', due_at: null, code: 'busy', reason: 'Busy.', remedy: 'Replay.' }],
  ['g', 'crm', { state: 'due', due_at: nowMs - 1 }],
  ['h', 'crm', { state: 'due', due_at: nowMs + hour, attempts: 3, code: 'busy', reason: 'Busy.' }],
  ['n', 'crm', { state: 'rejected', due_at: null, code: 'no_field', delivered_revision: 9e15 }],
  ['a', 'once', { state: 'delivered', due_at: null, delivered_revision: 1 }],
  ['b', 'once', { state: 'rejected', due_at: null, code: 'no_field' }],
  ['a', 'gone', { state: 'rejected', due_at: null, code: 'no_field' }],
];

for (const engine of engines) {
  describe.skipIf(!engine.given)(`deliveries to replay on ${engine.title}`, () => {
    let fresh: FreshStore;
    const key = 'a-key-of-the-tests-with-32-letters';
    const secretKeys = { present: key, previous: undefined };
    beforeAll(async () => {
      fresh = await openFreshStore(engine, ['crm', 'late', 'once', 'gone']);
      const { store } = fresh;
      for (const [index, callId] of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'n'].entries()) {
        const atMs = someTimeMs + index * hour;
        const owedTo = rows.filter(([id]) => id === callId).map(([, name]) => ({ ...crm, name }));
        await storePushes(store, [pushOf(inboundBodies(callId).start, atMs - 5)], owedTo, atMs);
        await storePushes(store, [pushOf(inboundBodies(callId).end, atMs)], owedTo, atMs);
      }
      await storePushes(store, [pushOf(inboundBodies('talking').start, nowMs - 1)], [crm], nowMs - 1);
      for (const [index, [callId, destination, rest]] of rows.entries())
        await store.writer
          .knex('deliveries')
          .where({ destination, call_id: callId })
          .update({ attempted_at: someTimeMs + index, ...rest });
      await store.writer.knex.transaction((transaction) =>
        writeTombstones(store, transaction, ['removed'], key, nowMs),
      );
    });
    afterAll(() => fresh.close());

    /** Walks page by page, as a job does. */
    const walk = async (filter: ReplayFilter, limit = 2): Promise<Replayable[]> => {
      const found: Replayable[] = [];
      for (const pass of replayPasses(filter, enabled, ['gone'])) {
        let after: ReplayKey;
        do {
          const page = await readReplayPage(fresh.store, pass, filter, times, after, limit);
          found.push(...page.rows);
          after = page.next;
        } while (after !== undefined);
      }
      return found;
    };
    const tried = async (filter: ReplayFilter): Promise<string[]> =>
      (await walk({ destination: 'crm', ...filter }))
        .filter(({ passedOver }) => passedOver === 'none')
        .map(({ id }) => id)
        .sort();

    const filters: [string, ReplayFilter, string[]][] = [
      ['no condition', {}, ['a', 'b', 'c', 'd', 'e', 'f', 'h']],
      ['ids', { callIds: ['c', 'a', 'nobody'] }, ['a', 'c']],
      ['the state rejected', { state: 'rejected' }, ['b', 'c', 'd']],
      ['the state due, of those that back off', { state: 'due' }, ['h']],
      ['the state delivered', { state: 'delivered' }, ['a']],
      ['a code', { code: 'no_field' }, ['b', 'c']],
      ['a code in several states', { code: 'busy' }, ['f', 'h']],
      ['a state and a code', { state: 'exhausted', code: 'busy' }, ['f']],
      ['a start time', { sinceMs: someTimeMs + 3 * hour }, ['d', 'e', 'f', 'h']],
      ['an end time', { untilMs: someTimeMs + 2 * hour }, ['a', 'b']],
      ['two times', { sinceMs: someTimeMs + hour, untilMs: someTimeMs + 3 * hour }, ['b', 'c']],
      ['a state and a time', { state: 'rejected', sinceMs: someTimeMs + 2 * hour }, ['c', 'd']],
      ['all of them', { callIds: ['b', 'd'], state: 'rejected', code: 'locked', sinceMs: 0 }, ['d']],
    ];
    it.each(filters)('deliveries to replay are found by %s', async (_what, filter, ids) => {
      expect(await tried(filter)).toEqual(ids);
    });

    it.each(filters)(
      'each delivery to replay is found once by %s, and the count is the same',
      async (_what, filter) => {
        const found = await walk(filter);
        const counts = new Map<string, number>();
        for (const pass of replayPasses(filter, enabled, ['gone']))
          for (const [why, count] of (await countReplayable(fresh.store, pass, filter, times)).deliveries)
            counts.set(why, (counts.get(why) ?? 0) + count);
        const walked = new Map<string, number>();
        for (const { passedOver } of found) walked.set(passedOver, (walked.get(passedOver) ?? 0) + 1);
        expect(counts).toEqual(walked);
      },
    );

    it('calls from before a destination was enabled are included only on request', async () => {
      expect(await tried({ destination: 'late' })).toEqual([]);
      expect(await tried({ destination: 'late', neverOwed: true })).toEqual([
        ...['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'n'],
      ]);
      expect(await tried({ destination: 'late', neverOwed: true, sinceMs: someTimeMs + 8 * hour })).toEqual([
        'n',
      ]);
    });

    it('deliveries that cannot be replayed are passed over with a reason', async () => {
      const found = await walk({});
      const whyOf = (id: string, at: number): unknown => found.filter((row) => row.id === id)[at]?.passedOver;
      expect(whyOf('g', 0)).toBe('already_due');
      expect(whyOf('talking', 0)).toBe('waits_for_end');
      expect(whyOf('n', 0)).toBe('newer_landed');
      // In the order of the destinations: crm, once, gone.
      expect([0, 1, 2].map((at) => whyOf('a', at))).toEqual(['none', 'no_updates', 'not_enabled']);
      expect(whyOf('b', 1)).toBe('none');
    });

    it('deliveries that were tried after the job was made are passed over', async () => {
      const filter = { destination: 'crm', state: 'rejected' } as const;
      const early = { nowMs, madeAtMs: someTimeMs + 1 };
      const [pass] = replayPasses(filter, enabled);
      if (pass === undefined) throw new Error('There is no pass');
      const page = await readReplayPage(fresh.store, pass, filter, early, undefined, 9);
      expect(page.rows.map(({ id }) => id)).toEqual(['b']);
    });

    it('deliveries to replay are counted up to a limit, and the result says so', async () => {
      const [pass] = replayPasses({ destination: 'crm' }, enabled);
      if (pass === undefined) throw new Error('There is no pass');
      const few = await countReplayable(fresh.store, pass, {}, times, { rows: 4 });
      expect(few.isMore).toBe(true);
      const all = await countReplayable(fresh.store, pass, {}, times, { rows: 10 });
      expect(all.isMore).toBe(false);
    });

    it('a preview by destination shows counts, the first deliveries and calls that do not exist', async () => {
      const filter = { callIds: ['a', 'b', 'removed', 'nobody'] };
      const preview = await previewReplay(fresh.store, filter, enabled, { firstMax: 1, secretKeys }, nowMs);
      const shown = preview.destinations.map(({ name, counts, first }) => ({
        ...{ name, counts: Object.fromEntries(counts), first: first.map(({ id }) => id) },
      }));
      expect(shown).toEqual([
        { name: 'crm', counts: { none: 2 }, first: ['a'] },
        { name: 'late', counts: {}, first: [] },
        { name: 'once', counts: { none: 1, no_updates: 1 }, first: ['b'] },
        { name: 'gone', counts: { not_enabled: 1 }, first: [] },
      ]);
      expect(preview.absent).toEqual([
        { id: 'removed', isRemoved: true },
        { id: 'nobody', isRemoved: false },
      ]);
    });

    it('deliveries to replay are grouped by destination, state and code, with a reason and a remedy', async () => {
      const groups = (await readDeliveryGroups(fresh.store)).filter(
        ({ destination }) => destination === 'crm',
      );
      expect(groups.map(({ state, code, deliveries }) => [state, code, deliveries])).toEqual([
        ['due', null, 2],
        ['due', 'busy', 1],
        ['delivered', null, 1],
        ['skipped', 'skipped', 1],
        ['rejected', 'no_field', 3],
        ['rejected', 'locked', 1],
        ['exhausted', 'busy', 1],
      ]);
      expect(groups.find(({ code }) => code === 'locked')).toMatchObject({
        ...{ reason: 'Locked.', remedy: 'Wait.', lastTriedAtMs: someTimeMs + 3, isMore: false },
      });
    });

    it('deliveries to replay are grouped up to a limit for each state, and the result says so', async () => {
      const groups = await readDeliveryGroups(fresh.store, 2);
      const rejected = groups.filter(
        ({ destination, state }) => destination === 'crm' && state === 'rejected',
      );
      expect(rejected.every(({ isMore }) => isMore)).toBe(true);
      expect(deliveryStates).toContain(rejected[0]?.state);
    });
  });
}
