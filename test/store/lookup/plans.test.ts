import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CallFilter } from '../../../src/store/lookup/call-filter.ts';
import { listCalls } from '../../../src/store/lookup/list-calls.ts';
import { createLiveCalls } from '../../../src/store/lookup/live-calls.ts';
import { readRecentServices } from '../../../src/store/lookup/recent-services.ts';
import { storePushes } from '../../../src/store/pushes.ts';
import { engines } from '../../fixtures/engines.ts';
import { openFreshStore, type FreshStore } from '../../fixtures/fresh-store.ts';
import { planOf, readsAll, statementsOf, type Statement } from '../../fixtures/plans.ts';
import { inboundBodies, pushOf, someTimeMs } from '../../fixtures/pushes.ts';

const filters: Readonly<Record<string, CallFilter>> = {
  'no filter': {},
  'a status': { status: 'missed' },
  'a status that no word has': { status: 'unknown' },
  'a direction and a service': { direction: 'inbound', services: ['Sales'] },
  'a time': { fromMs: someTimeMs, toMs: someTimeMs + 1000 },
  'a number': { counterparts: ['412345678', '041234567'] },
  'a destination': { destination: 'crm' },
  'a delivery state': { destination: 'crm', state: 'delivered' },
  'a rare delivery state': { destination: 'crm', state: 'rejected' },
};

for (const engine of engines) {
  describe.skipIf(!engine.given)(`the plans of the list of calls on ${engine.title}`, () => {
    let fresh: FreshStore;
    beforeAll(async () => {
      fresh = await openFreshStore(engine, ['crm']);
      const { writer } = fresh.store;
      for (let group = 0; group < 12; group += 1) {
        const pushes = Array.from({ length: 250 }, (_none, index) =>
          pushOf(inboundBodies(`call-${group}-${index}`).start),
        );
        const crm = { name: 'crm', stages: ['call_start'], settleAfterMs: 0 } as const;
        await storePushes(fresh.store, pushes, [crm], someTimeMs + group * 1000);
      }
      // Every call has a revision of its own, as under a usual load.
      const ids = await writer.knex('calls').orderBy('id').pluck<string[]>('id');
      for (const [index, id] of ids.entries())
        await writer
          .knex('calls')
          .where({ id })
          .update({ revision: someTimeMs + index });
      if (engine.dialect !== 'sqlite') {
        await writer.knex.raw(engine.dialect === 'mysql' ? 'ANALYZE TABLE calls, deliveries' : 'ANALYZE');
      }
    });
    afterAll(() => fresh.close());

    const callStatements = (work: () => Promise<unknown>): Promise<Statement[]> =>
      statementsOf(fresh.store, ['calls'], work);

    /** The plan of a statement that reads all calls. Undefined when it does not. */
    const wholeRead = async (statement: Statement): Promise<string | undefined> => {
      const plan = await planOf(fresh.store, statement);
      return readsAll(engine.dialect, plan, 'calls') ? `${statement.sql}\n${plan}` : undefined;
    };

    it.each(Object.entries(filters))('an index is used for %s', async (_title, filter) => {
      const statements = await callStatements(() =>
        listCalls(fresh.store, { filter, statusMap: new Map(), limit: 20, before: someTimeMs + 2_900 }),
      );
      expect(statements.length).toBeGreaterThan(0);
      for (const statement of statements) expect(await wholeRead(statement)).toBeUndefined();
    });

    it('an index is used for the names of services', async () => {
      for (const statement of await callStatements(() => readRecentServices(fresh.store)))
        expect(await wholeRead(statement)).toBeUndefined();
    });

    it('an index is used for changed calls', async () => {
      const live = createLiveCalls(fresh.store, someTimeMs + 2_950);
      const statements = await callStatements(() => live.look(someTimeMs + 20_000));
      for (const statement of statements) expect(await wholeRead(statement)).toBeUndefined();
    });
  });
}
