import { describe, expect, it } from 'vitest';
import { sql } from '../../adapters/sql/index.ts';
import { reportingTable } from '../../src/reporting/reporting-column.ts';
import { createAdapter } from '../../src/app/create-adapter.ts';
import { startWorker } from '../../src/delivery/worker.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { readDestinations } from '../../src/store/destinations.ts';
import { adapterSurroundings } from '../fixtures/adapter-surroundings.ts';
import { engines } from '../fixtures/engines.ts';
import { openFreshStore, readDelivery } from '../fixtures/fresh-store.ts';
import { destinationOf, movedClock, storeCalls } from '../fixtures/running-worker.ts';
import { scriptedAdapter } from '../fixtures/scripted-adapter.ts';
import { until } from '../fixtures/until.ts';

for (const engine of engines) {
  describe.skipIf(!engine.given)(`an unreachable reporting database, on ${engine.title}`, () => {
    it('an unreachable reporting database causes a backlog that drains when it is back, and counts no attempt', async () => {
      const fresh = await openFreshStore(engine, ['sql']);
      const reporting = await engine.fresh();
      const database = openDatabase(reporting.url);
      const clock = movedClock();
      const adapter = createAdapter(
        sql,
        { REPORTING_DATABASE_URL: reporting.url },
        adapterSurroundings(clock),
      );
      await adapter.prepare?.(new AbortController().signal);
      await database.knex.schema.renameTable(reportingTable, 'elsewhere');

      const callIds = Array.from({ length: 250 }, (_none, index) => `call-${index}`);
      await storeCalls(fresh.store, callIds, clock(), ['sql']);
      const { name, capabilities } = sql;
      const worker = startWorker([
        { ...destinationOf(fresh.store, scriptedAdapter(), { name, capabilities, clock }), adapter },
      ]);
      await until(async () => expect((await readDestinations(fresh.store))[0]?.pauses).toBe(1));
      expect(await readDelivery(fresh.store, 'sql', 'call-0')).toMatchObject({ state: 'due', attempts: 0 });

      await database.knex.schema.renameTable('elsewhere', reportingTable);
      // A missing table needs a person, so the worker tries again after a minute at most.
      clock.moveBy(61_000);
      await until(async () => {
        const [count] = await database.knex(reportingTable).count<{ rows: number | string }[]>({ rows: '*' });
        expect(Number(count?.rows)).toBe(callIds.length);
      });
      await until(async () => {
        const states = await fresh.store.writer.knex('deliveries').distinct().pluck<string[]>('state');
        expect(states).toEqual(['delivered']);
      });
      await worker.stop(1000);
      await database.close();
      await reporting.drop();
      await fresh.close();
    });
  });
}
