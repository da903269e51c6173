import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readBacklog } from '../../../src/store/backlog.ts';
import { dialects } from '../../../src/database/dialect.ts';
import type { Destination } from '../../../src/store/deliveries.ts';
import { readAudit } from '../../../src/store/lookup/audit.ts';
import { readDeliveryGroups } from '../../../src/store/lookup/delivery-groups.ts';
import { readLastLanding } from '../../../src/store/lookup/last-landing.ts';
import { readMissedCallers } from '../../../src/store/lookup/missed-callers.ts';
import { readLastPushes, readPushMinutes } from '../../../src/store/lookup/overview.ts';
import { countReplayable } from '../../../src/store/lookup/replay/count-replayable.ts';
import type { ReplayFilter } from '../../../src/store/lookup/replay/replay-filter.ts';
import { replayPasses } from '../../../src/store/lookup/replay/replay-passes.ts';
import { previewReplay } from '../../../src/store/lookup/replay/replay-preview.ts';
import { storePushes } from '../../../src/store/pushes.ts';
import { engines } from '../../fixtures/engines.ts';
import { openFreshStore, type FreshStore } from '../../fixtures/fresh-store.ts';
import { planOf, readsAll, statementsOf } from '../../fixtures/plans.ts';
import { inboundBodies, pushOf, someTimeMs } from '../../fixtures/pushes.ts';

const tables = ['calls', 'deliveries', 'pushes', 'audit'];
const crm: Destination = { name: 'crm', stages: ['call_start'], settleAfterMs: 0 };
const window = { sinceMs: someTimeMs + 2_000, untilMs: someTimeMs + 4_000 };
const options = { bounds: { rows: 100 }, firstMax: 20 };

const filters: Readonly<Record<string, ReplayFilter>> = {
  'a destination': { destination: 'crm' },
  'a time': window,
  'a time up to now': { sinceMs: window.sinceMs },
  'a state': { state: 'rejected' },
  'a landed state': { state: 'delivered' },
  'a due state': { state: 'due' },
  'a state and a time': { state: 'rejected', ...window },
  'a code': { code: 'no_field' },
  'a code and a time': { code: 'no_field', ...window },
  'calls by id': { callIds: ['call-1-1', 'call-2-2'] },
  'calls from before': { destination: 'crm', neverOwed: true },
  'calls from before and a time': { destination: 'crm', neverOwed: true, ...window },
};

for (const engine of engines) {
  describe.skipIf(!engine.given)(`the plans of the console's pages on ${engine.title}`, () => {
    let fresh: FreshStore;
    const nowMs = someTimeMs + 60_000;
    beforeAll(async () => {
      fresh = await openFreshStore(engine, ['crm', 'other']);
      const { knex } = fresh.store.writer;
      for (let group = 0; group < 12; group += 1) {
        const pushes = Array.from({ length: 250 }, (_none, index) =>
          pushOf(inboundBodies(`call-${group}-${index}`).start, someTimeMs + group * 1000),
        );
        await storePushes(fresh.store, pushes, [crm, { ...crm, name: 'other' }], someTimeMs + group * 1000);
      }
      const tried = { due_at: null, due_since: null, attempted_at: someTimeMs };
      await knex('deliveries')
        .whereRaw(`call_id LIKE '%1'`)
        .update({ ...tried, state: 'rejected', code: 'no_field' });
      await knex('deliveries')
        .whereRaw(`call_id NOT LIKE '%1'`)
        .update({ ...tried, state: 'delivered' });
      await knex('deliveries')
        .whereRaw(`call_id LIKE '%5'`)
        .update({ state: 'due', due_at: nowMs + 1 });
      if (engine.dialect !== 'sqlite')
        await knex.raw(engine.dialect === 'mysql' ? 'ANALYZE TABLE calls, deliveries, pushes' : 'ANALYZE');
    });
    afterAll(() => fresh.close());

    const expectIndexes = async (work: () => Promise<unknown>): Promise<void> => {
      const statements = await statementsOf(fresh.store, tables, work);
      expect(statements.length).toBeGreaterThan(0);
      for (const statement of statements) {
        const plan = await planOf(fresh.store, statement);
        const whole = tables.filter((table) => readsAll(engine.dialect, plan, table));
        expect(whole, `${statement.sql}\n${plan}`).toEqual([]);
      }
    };

    it.each(Object.entries(filters))('an index is used to preview %s', async (_title, filter) => {
      await expectIndexes(() => previewReplay(fresh.store, filter, [crm], options, nowMs));
    });

    it('an index is used for the groups of deliveries', async () => {
      await expectIndexes(() => readDeliveryGroups(fresh.store, 100));
    });

    it('an index is used for each figure of the overview', async () => {
      const { store } = fresh;
      await expectIndexes(() => readPushMinutes(store, 60, nowMs));
      await expectIndexes(() => readLastPushes(store));
      await expectIndexes(() => readBacklog(store, ['crm', 'other'], nowMs, 100));
      await expectIndexes(() => readMissedCallers(store, new Map(), someTimeMs + 2_000));
      await expectIndexes(() => readLastLanding(store.reader));
    });

    it('an index is used for the audit', async () => {
      await expectIndexes(() => readAudit(fresh.store, 100, 'zzz'));
    });

    it('a search by time begins with the pushes, and looks up the rest', async () => {
      const [pass] = replayPasses(window, [crm]);
      if (pass === undefined) throw new Error('There is no pass');
      const times = { nowMs, madeAtMs: nowMs };
      const [count] = await statementsOf(fresh.store, ['deliveries'], () =>
        countReplayable(fresh.store, pass, window, times, { rows: 100 }),
      );
      if (count === undefined) throw new Error('There is no statement');
      const steps = (await planOf(fresh.store, count, dialects[engine.dialect].keepOrder)).split('\n');
      const stepOf = (table: string): number =>
        steps.findIndex((step) => new RegExp(`(?: on|^SEARCH|^\\S+) ${table}\\b`).test(step));
      expect(stepOf('pushes')).toBeGreaterThanOrEqual(0);
      if (engine.dialect === 'sqlite') expect(stepOf('pushes')).toBeLessThan(stepOf('calls'));
      expect(stepOf('calls')).toBeLessThan(stepOf('deliveries'));
    });

    it('a search counts by time when a state has too many deliveries', async () => {
      // Of 300 rejected deliveries, 25 are of the time, which has 250 pushes.
      const oneGroup = { sinceMs: someTimeMs + 2_000, untilMs: someTimeMs + 3_000 };
      const filter = { destination: 'crm', state: 'rejected', ...oneGroup } as const;
      const readsPushes = async (limit: number): Promise<boolean> => {
        const statements = await statementsOf(fresh.store, ['pushes'], async () => {
          const preview = await previewReplay(
            fresh.store,
            filter,
            [crm],
            { ...options, bounds: { rows: limit } },
            nowMs,
          );
          const [found] = preview.destinations;
          expect([found?.counts.get('none'), found?.isMore]).toEqual([25, false]);
        });
        return statements.length > 0;
      };
      expect([await readsPushes(1_000), await readsPushes(280)]).toEqual([false, true]);
    });
  });
}
