import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { migrationsOfColumns, reportingMigrations } from '../../src/reporting/migrations/index.ts';
import type { Database, DialectName } from '../../src/database/database.ts';
import { reportingColumns } from '../../src/reporting/reporting-columns.ts';
import {
  reportingTable,
  type ReportingColumn,
  type ReportingType,
} from '../../src/reporting/reporting-column.ts';
import { reportIndexes } from '../../src/reporting/report-indexes.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { migrate } from '../../src/database/migrate.ts';
import { StoreUnusable } from '../../src/database/store-unusable.ts';
import { ask } from '../fixtures/ask.ts';
import { engines, type FreshDatabase } from '../fixtures/engines.ts';

const migrationsTable = 'jet_reporting_migrations';
const columns: readonly ReportingColumn[] = reportingColumns;

/** The name of each column type in each database's own catalogue. */
const types: Record<ReportingType, Record<DialectName, string>> = {
  text: { sqlite: 'TEXT', postgres: 'character varying(LENGTH)', mysql: 'varchar(LENGTH)' },
  long_text: { sqlite: 'TEXT', postgres: 'text', mysql: 'text' },
  json: { sqlite: 'TEXT', postgres: 'jsonb', mysql: 'json' },
  instant: { sqlite: 'TEXT', postgres: 'timestamp(3) with time zone', mysql: 'datetime(3)' },
  local: { sqlite: 'TEXT', postgres: 'timestamp(3) without time zone', mysql: 'datetime(3)' },
  date: { sqlite: 'TEXT', postgres: 'date', mysql: 'date' },
  integer: { sqlite: 'INTEGER', postgres: 'integer', mysql: 'int' },
  bigint: { sqlite: 'INTEGER', postgres: 'bigint', mysql: 'bigint' },
  boolean: { sqlite: 'INTEGER', postgres: 'boolean', mysql: 'tinyint(1)' },
};

/** Reads the columns with name, type and NOT NULL, and the names of the indexes except the primary key's. */
const questions: Record<DialectName, { columns: string; indexes: string }> = {
  sqlite: {
    columns: `SELECT name, type, "notnull" AS required FROM pragma_table_info('${reportingTable}') ORDER BY cid`,
    indexes: `SELECT name FROM pragma_index_list('${reportingTable}') WHERE origin = 'c'`,
  },
  postgres: {
    columns:
      'SELECT attname AS name, format_type(atttypid, atttypmod) AS type, attnotnull AS required ' +
      `FROM pg_attribute WHERE attrelid = '${reportingTable}'::regclass AND attnum > 0 ORDER BY attnum`,
    indexes:
      'SELECT c.relname AS name FROM pg_index JOIN pg_class AS c ON c.oid = indexrelid ' +
      `WHERE indrelid = '${reportingTable}'::regclass AND NOT indisprimary`,
  },
  mysql: {
    columns:
      "SELECT column_name AS name, column_type AS type, is_nullable = 'NO' AS required " +
      `FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = '${reportingTable}' ` +
      'ORDER BY ordinal_position',
    indexes:
      'SELECT DISTINCT index_name AS name FROM information_schema.statistics ' +
      `WHERE table_schema = DATABASE() AND table_name = '${reportingTable}' AND index_name <> 'PRIMARY'`,
  },
};

describe('a later column', () => {
  it('a later column cannot be required, since older rows have no value for it', () => {
    const column: ReportingColumn = {
      ...{ name: 'later', type: 'integer', required: true, since: 9_999, meaning: '' },
      of: () => 1,
    };
    expect(() => migrationsOfColumns([column])).toThrow('The column later is new, so it cannot be required');
  });
});

for (const engine of engines) {
  describe.skipIf(!engine.given)(`the reporting migration on ${engine.title}`, () => {
    let fresh: FreshDatabase;
    let database: Database;
    let second: Database;

    beforeEach(async () => {
      fresh = await engine.fresh();
      database = openDatabase(fresh.url);
      second = openDatabase(fresh.url);
    });

    afterEach(async () => {
      await database.close();
      await second.close();
      await fresh.drop();
    });

    it('the reporting migration makes exactly the columns of the list, in order, with their types and NOT NULL', async () => {
      await migrate(database, migrationsTable, reportingMigrations);
      expect(await columnsOf(database)).toEqual(expectedColumns(engine.dialect));
    });

    it('the reporting migration makes an index for each indexed column', async () => {
      await migrate(database, migrationsTable, reportingMigrations);
      expect(await indexesOf(database)).toEqual(expectedIndexes());
    });

    it('the reporting table stores call ids that differ only in case as two calls, and an equal id once', async () => {
      await migrate(database, migrationsTable, reportingMigrations);
      const call = (callId: string): Record<string, unknown> => ({
        ...Object.fromEntries(columns.filter((column) => column.required).map(smallestValue)),
        call_id: callId,
      });
      await database.knex(reportingTable).insert([call('abc'), call('ABC')]);
      await expect(database.knex(reportingTable).insert(call('abc'))).rejects.toThrow();
      expect(await database.knex(reportingTable).pluck('call_id')).toHaveLength(2);
    });

    it('the reporting migration changes nothing when it is run again', async () => {
      await migrate(database, migrationsTable, reportingMigrations);
      await migrate(database, migrationsTable, reportingMigrations);
      expect(await database.knex(migrationsTable).orderBy('name').pluck('name')).toEqual(
        reportingMigrations.map(({ name }) => name),
      );
      expect(await columnsOf(database)).toEqual(expectedColumns(engine.dialect));
    });

    it('the reporting migration adds a column that is only in the list of columns, and keeps the existing rows', async () => {
      await migrate(database, migrationsTable, reportingMigrations);
      await database
        .knex(reportingTable)
        .insert(Object.fromEntries(columns.filter((column) => column.required).map(smallestValue)));
      const later: readonly ReportingColumn[] = [
        ...columns,
        { name: 'later_text', type: 'text', length: 8, since: 9_998, meaning: '', of: () => 'x' },
        { name: 'later_instant', type: 'instant', indexed: true, since: 9_999, meaning: '', of: () => 0 },
      ];
      const migrations = [...reportingMigrations, ...migrationsOfColumns(later.slice(columns.length))];
      await migrate(second, migrationsTable, migrations);
      expect(await columnsOf(second)).toEqual(expectedColumns(engine.dialect, later));
      expect(await indexesOf(second)).toEqual(
        [...expectedIndexes(), `${reportingTable}_later_instant`].sort(),
      );
      expect(await second.knex(reportingTable).first('later_text')).toEqual({ later_text: null });
    });

    it('the reporting migration widens the columns of an existing table, and keeps its rows', async () => {
      const [first] = reportingMigrations;
      await migrate(database, migrationsTable, first === undefined ? [] : [first]);
      await narrow(database, ['campaign', 'gclid']);
      await database.knex(reportingTable).insert({
        ...Object.fromEntries(columns.filter((column) => column.required).map(smallestValue)),
        gclid: 'Cj0KCQ',
      });
      await migrate(second, migrationsTable, reportingMigrations);
      expect(await columnsOf(second)).toEqual(expectedColumns(engine.dialect));
      const long = { gclid: 'g'.repeat(512), campaign: 'c'.repeat(1_024) };
      await second.knex(reportingTable).update(long).where({ gclid: 'Cj0KCQ' });
      expect(await second.knex(reportingTable).first('gclid', 'campaign')).toEqual(long);
    });

    it.runIf(engine.dialect === 'postgres')(
      'the reporting migration says what to do when a view uses the column',
      async () => {
        const [first] = reportingMigrations;
        await migrate(database, migrationsTable, first === undefined ? [] : [first]);
        await narrow(database, ['gclid']);
        await database.knex.raw(`CREATE VIEW clicks AS SELECT gclid FROM ${reportingTable}`);
        const blocked = migrate(second, migrationsTable, reportingMigrations);
        await expect(blocked).rejects.toMatchObject({ name: 'MigrationBlocked' });
        await database.knex.raw('DROP VIEW clicks');
        await migrate(second, migrationsTable, reportingMigrations);
        expect(await columnsOf(second)).toEqual(expectedColumns(engine.dialect));
      },
    );

    it('the reporting migration can run in two processes at once, and is complete for both afterwards', async () => {
      const seen = await Promise.all(
        [database, second].map(async (process) => {
          await migrate(process, migrationsTable, reportingMigrations);
          return [await columnsOf(process), await indexesOf(process)];
        }),
      );
      const complete = [expectedColumns(engine.dialect), expectedIndexes()];
      expect(seen).toEqual([complete, complete]);
    });

    it('the reporting migration is repeated when it was interrupted', async () => {
      const [first] = reportingMigrations;
      if (first === undefined) throw new Error('There is no reporting migration');
      const broken = {
        name: first.name,
        async up(...given: Parameters<typeof first.up>) {
          await first.up(...given);
          throw new Error('The power went');
        },
      };
      await expect(migrate(database, migrationsTable, [broken])).rejects.toThrow('The power went');
      await migrate(second, migrationsTable, reportingMigrations);
      expect(await columnsOf(second)).toEqual(expectedColumns(engine.dialect));
      expect(await indexesOf(second)).toEqual(expectedIndexes());
    });

    it('the reporting migration refuses a database that a newer version has changed', async () => {
      await migrate(database, migrationsTable, reportingMigrations);
      await database.knex(migrationsTable).insert({ name: '9999-later', made_at: 1 });
      const refused = migrate(second, migrationsTable, reportingMigrations);
      await expect(refused).rejects.toBeInstanceOf(StoreUnusable);
      await expect(refused).rejects.toThrow('9999-later');
    });
  });
}

/** The original lengths of these columns. */
async function narrow({ knex, traits }: Database, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const change = traits.changesType?.(name, 'varchar(191)');
    if (change !== undefined) await knex.raw(`ALTER TABLE ${reportingTable} ${change}`);
  }
}

interface ColumnAnswer {
  readonly name: string;
  readonly type: string;
  readonly required: unknown;
}

async function columnsOf(database: Database): Promise<ColumnAnswer[]> {
  const rows = await ask<ColumnAnswer>(database, questions[database.dialect].columns);
  return rows.map(({ name, type, required }) => ({
    name,
    // MariaDB gives integers a width to show them with, which means nothing; MySQL 8 no longer does.
    // MariaDB's JSON is a long text with a check.
    type: type.replace(/^(int|bigint)\(\d+\)$/, '$1').replace(/^longtext$/, 'json'),
    required: Boolean(required),
  }));
}

async function indexesOf(database: Database): Promise<string[]> {
  const rows = await ask<{ name: string }>(database, questions[database.dialect].indexes);
  return rows.map(({ name }) => name).sort();
}

/** Later columns come after the older ones. */
function expectedColumns(dialect: DialectName, all = columns): ColumnAnswer[] {
  return [...all]
    .sort((a, b) => a.since - b.since)
    .map(({ name, type, length, required }) => ({
      name,
      type: types[type][dialect].replace('LENGTH', String(length)),
      required: required === true,
    }));
}

function expectedIndexes(): string[] {
  return [
    ...columns.filter((column) => column.indexed === true).map(({ name }) => `${reportingTable}_${name}`),
    ...reportIndexes.map(({ name }) => name),
  ].sort();
}

function smallestValue({ name, type }: ReportingColumn): [string, unknown] {
  if (type === 'instant' || type === 'local') return [name, '2026-07-06 09:15:00.000'];
  if (type === 'date') return [name, '2026-07-06'];
  if (type === 'boolean') return [name, false];
  return [name, type === 'text' ? '' : 0];
}
