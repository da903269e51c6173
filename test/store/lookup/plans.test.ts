import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CallFilter } from '../../../src/store/lookup/call-filter.ts';
import { listCalls } from '../../../src/store/lookup/list-calls.ts';
import { createLiveCalls } from '../../../src/store/lookup/live-calls.ts';
import { readRecentServices } from '../../../src/store/lookup/recent-services.ts';
import { storePushes } from '../../../src/store/pushes.ts';
import { engines } from '../../fixtures/engines.ts';
import { openFreshStore, type FreshStore } from '../../fixtures/fresh-store.ts';
import { inboundBodies, pushOf, someTimeMs } from '../../fixtures/pushes.ts';

interface Statement {
  readonly sql: string;
  readonly bindings: readonly unknown[];
}

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

    /** The statements about calls that some work runs. */
    const statementsOf = async (work: () => Promise<unknown>): Promise<Statement[]> => {
      const seen: Statement[] = [];
      const note = ({ sql, bindings }: Statement): void => {
        if (sql.includes('calls')) seen.push({ sql, bindings });
      };
      fresh.store.reader.knex.on('query', note);
      try {
        await work();
      } finally {
        fresh.store.reader.knex.removeListener('query', note);
      }
      return seen;
    };

    /** True when a statement reads all rows of the calls. */
    const readsAll = async ({ sql, bindings }: Statement): Promise<string | undefined> => {
      const { knex } = fresh.store.reader;
      const text = engine.dialect === 'postgres' ? sql.replace(/\$\d+/g, '?') : sql;
      const explain = engine.dialect === 'sqlite' ? 'EXPLAIN QUERY PLAN' : 'EXPLAIN';
      const answer: unknown = await knex.transaction<unknown>(async (transaction) => {
        // A small table is read as a whole. Without that, a plan shows whether an index can answer.
        if (engine.dialect === 'postgres') await transaction.raw('SET LOCAL enable_seqscan = off');
        return transaction.raw<unknown>(`${explain} ${text}`, [...bindings] as string[]);
      });
      const plan = JSON.stringify(answer);
      const isWhole =
        engine.dialect === 'sqlite'
          ? /"SCAN calls(?! USING)/.test(plan)
          : engine.dialect === 'postgres'
            ? /Seq Scan on calls/.test(plan)
            : /"table":"calls"[^}]*"type":"ALL"/.test(plan);
      return isWhole ? `${sql}\n${plan}` : undefined;
    };

    it.each(Object.entries(filters))('use an index for %s', async (_title, filter) => {
      const statements = await statementsOf(() =>
        listCalls(fresh.store, { filter, statusMap: new Map(), limit: 20, before: someTimeMs + 2_900 }),
      );
      expect(statements.length).toBeGreaterThan(0);
      for (const statement of statements) expect(await readsAll(statement)).toBeUndefined();
    });

    it('use an index for the names of services', async () => {
      for (const statement of await statementsOf(() => readRecentServices(fresh.store)))
        expect(await readsAll(statement)).toBeUndefined();
    });

    it('use an index for what changed', async () => {
      const live = createLiveCalls(fresh.store, someTimeMs + 2_950);
      const statements = await statementsOf(() => live.look(someTimeMs + 20_000));
      for (const statement of statements) expect(await readsAll(statement)).toBeUndefined();
    });
  });
}
