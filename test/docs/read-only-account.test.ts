import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reportTables } from '../../src/reporting/calendar/report-tables.ts';
import { reportViews } from '../../src/reporting/views/report-views.ts';
import { reportingMigrations } from '../../src/reporting/migrations/index.ts';
import type { Database } from '../../src/database/database.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { migrate } from '../../src/database/migrate.ts';
import { engines, type FreshDatabase } from '../fixtures/engines.ts';
import { reportingRow, writeRows } from '../fixtures/reporting-rows.ts';
import { sqlBlocks } from '../fixtures/sql-blocks.ts';

const migrationsTable = 'jet_reporting_migrations';

for (const engine of engines.filter(({ dialect }) => dialect !== 'sqlite')) {
  describe.skipIf(!engine.given)(
    `the read-only account of docs/reporting-table.md on ${engine.title}`,
    () => {
      let fresh: FreshDatabase;
      let owner: Database;
      let reader: Database;
      let account: string;

      beforeAll(async () => {
        fresh = await engine.fresh();
        account = fresh.name.replace('jet_test_', 'jet_reader_');
        owner = openDatabase(fresh.url);
        await migrate(owner, migrationsTable, reportingMigrations);
        await writeRows(owner, [reportingRow('a', '2026-07-06T09:15:00+10:00')]);
        const [block] = sqlBlocks('reporting-table.md').filter(({ dialects }) =>
          dialects.includes(engine.dialect),
        );
        const statements = (block?.sql ?? '')
          .replaceAll('jet_reader', account)
          .replaceAll('jet_reporting', fresh.name)
          .split(/;\s*/)
          .filter((statement) => statement !== '');
        for (const statement of statements) await owner.knex.raw(statement);
        const url = new URL(fresh.url);
        url.username = account;
        url.password = 'choose-a-long-one';
        reader = openDatabase(url.href);
      });

      afterAll(async () => {
        await reader.close();
        if (engine.dialect === 'mysql') await owner.knex.raw(`DROP USER '${account}'@'%'`);
        else {
          await owner.knex.raw(`DROP OWNED BY ${account}`);
          await owner.knex.raw(`DROP ROLE ${account}`);
        }
        await owner.close();
        await fresh.drop();
      });

      it('the read-only account reads the calls', async () => {
        expect(await reader.knex('jet_calls').pluck('call_id')).toEqual(['a']);
      });

      it.each([...reportViews, ...reportTables].map(({ name }) => name))(
        'the read-only account reads %s',
        async (name) => {
          expect(Array.isArray(await reader.knex(name).limit(1))).toBe(true);
        },
      );

      it('the read-only account writes no row', async () => {
        await expect(reader.knex('jet_calls').delete()).rejects.toThrow();
        await expect(reader.knex('jet_calls').update({ status: 'missed' })).rejects.toThrow();
        expect(await owner.knex('jet_calls').pluck('status')).toEqual(['answered']);
      });

      it('the read-only account cannot read another table', async () => {
        await expect(reader.knex(migrationsTable).select()).rejects.toThrow();
      });
    },
  );
}
