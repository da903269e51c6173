import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Database, DialectName } from '../../src/database/database.ts';
import { migrate } from '../../src/database/migrate.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { reportingMigrations } from '../../src/reporting/migrations/index.ts';
import { reportingColumns } from '../../src/reporting/reporting-columns.ts';
import {
  reportingSqlType,
  reportingTable,
  type ReportingColumn,
} from '../../src/reporting/reporting-column.ts';
import { engines, type FreshDatabase } from '../fixtures/engines.ts';
import { reportingRow, type ReportingRow } from '../fixtures/reporting-rows.ts';

const migrationsTable = 'jet_reporting_migrations';
const columns: readonly ReportingColumn[] = reportingColumns;

/** The types of version 0.1.0, where they were others. */
const formerTypes: Readonly<Record<string, Readonly<Record<DialectName, string>>>> = {
  internal_referrer: { sqlite: 'TEXT', postgres: 'varchar(64)', mysql: 'varchar(64)' },
  attributes: { sqlite: 'TEXT', postgres: 'text', mysql: 'mediumtext' },
  extra: { sqlite: 'TEXT', postgres: 'text', mysql: 'mediumtext' },
  campaign: { sqlite: 'TEXT', postgres: 'varchar(191)', mysql: 'varchar(191)' },
  gclid: { sqlite: 'TEXT', postgres: 'varchar(191)', mysql: 'varchar(191)' },
};

/** The table as version 0.1.0 made it, with its one finished migration. */
async function makeFormerTable({ knex, dialect }: Database): Promise<void> {
  const definitions = columns
    .filter(({ since }) => since === 1)
    .map((column) => {
      const type = formerTypes[column.name]?.[dialect] ?? reportingSqlType(column, dialect);
      return `${column.name} ${type}${column.required === true ? ' NOT NULL' : ''}`;
    });
  const ending: Record<DialectName, string> = {
    sqlite: '',
    postgres: '',
    mysql: ' ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin',
  };
  await knex.raw(
    `CREATE TABLE ${reportingTable} (${definitions.join(', ')}, PRIMARY KEY (call_id))${ending[dialect]}`,
  );
  for (const name of ['started_at_utc', 'local_date', 'counterpart_e164', 'service_name', 'updated_at_utc'])
    await knex.raw(`CREATE INDEX ${reportingTable}_${name} ON ${reportingTable} (${name})`);
  await knex.schema.createTable(migrationsTable, (table) => {
    table.string('name', 100).primary();
    table.bigInteger('made_at').notNullable();
  });
  await knex(migrationsTable).insert({ name: '0001-jet-calls', made_at: 1 });
}

type FormerRow = Omit<ReportingRow, 'local_week'>;

const former: readonly FormerRow[] = [
  reportingRow('true', '2026-07-06T09:15:00+10:00', { internal_referrer: 'True', attributes: '{"a":[1]}' }),
  reportingRow('false', '2026-07-06T09:15:00+10:00', { internal_referrer: 'false', extra: '{"x":"y"}' }),
  reportingRow('odd', '2026-07-06T09:15:00+10:00', {
    ...{ internal_referrer: 'https://a.example/', extra: '{"x":"y"}', attributes: "it's = 'text'" },
  }),
  reportingRow('odd-alone', '2026-07-06T09:15:00+10:00', { internal_referrer: 'perhaps' }),
  reportingRow('none', '2026-07-06T09:15:00+10:00'),
];

for (const engine of engines) {
  describe.skipIf(!engine.given)(`the upgrade of a table of version 0.1.0 on ${engine.title}`, () => {
    let fresh: FreshDatabase;
    let database: Database;

    beforeEach(async () => {
      fresh = await engine.fresh();
      database = openDatabase(fresh.url);
      await makeFormerTable(database);
      for (const row of former) await database.knex(reportingTable).insert(row);
    });

    afterEach(async () => {
      await database.close();
      await fresh.drop();
    });

    it('the upgrade of a table of version 0.1.0 types internal_referrer, attributes and extra, and keeps every value', async () => {
      await migrate(database, migrationsTable, reportingMigrations);
      const rows = await database
        .knex(reportingTable)
        .select<Record<string, unknown>[]>('call_id', 'internal_referrer', 'attributes', 'extra');
      const read = (value: unknown): unknown => (typeof value === 'string' ? JSON.parse(value) : value);
      const seen = rows.map(({ call_id: id, internal_referrer: is, attributes, extra }) => [
        id,
        { is: is === null ? null : Boolean(is), attributes: plainJson(attributes), extra: read(extra) },
      ]);
      expect(Object.fromEntries(seen)).toEqual({
        true: { is: true, attributes: { a: [1] }, extra: null },
        false: { is: false, attributes: null, extra: { x: 'y' } },
        odd: {
          is: null,
          attributes: "it's = 'text'",
          extra: { x: 'y', internal_referrer_original: 'https://a.example/' },
        },
        'odd-alone': { is: null, attributes: null, extra: { internal_referrer_original: 'perhaps' } },
        none: { is: null, attributes: null, extra: null },
      });
    });

    it('the upgrade of a table of version 0.1.0 gives it the columns of a new one', async () => {
      await migrate(database, migrationsTable, reportingMigrations);
      const there = Object.keys(await database.knex(reportingTable).columnInfo());
      expect(there.sort()).toEqual(columns.map(({ name }) => name).sort());
    });

    it.skipIf(engine.dialect === 'mysql')(
      'the upgrade of a table of version 0.1.0 says what to do where a view uses a column',
      async () => {
        await database.knex.raw(`CREATE VIEW own AS SELECT internal_referrer FROM ${reportingTable}`);
        const blocked = migrate(database, migrationsTable, reportingMigrations);
        await expect(blocked).rejects.toMatchObject({ name: 'MigrationBlocked' });
        await database.knex.raw('DROP VIEW own');
        await migrate(database, migrationsTable, reportingMigrations);
      },
    );
  });
}

/** A JSON value as the driver gives it: SQLite gives its text, the others may give the value. */
function plainJson(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}
