import type { Knex } from 'knex';
import type { DialectName } from '../../database/database.ts';
import type { Migration } from '../../database/migration.ts';
import { replacedIndexes, reportIndexes } from '../report-indexes.ts';
import { reportingTable } from '../reporting-column.ts';

/** Makes the indexes of the reports and drops the single ones that they replace. */
export const reportIndexesMigration: Migration = {
  name: '0006-report-indexes',
  async up(knex, { dialect, traits }) {
    const there = await listIndexes(knex, dialect);
    for (const { name, columns, where } of reportIndexes) {
      if (there.includes(name)) continue;
      const condition = where !== undefined && traits.partialIndexes ? ` WHERE ${where}` : '';
      await knex.raw(`CREATE INDEX ${name} ON ${reportingTable} (${columns.join(', ')})${condition}`);
    }
    for (const name of replacedIndexes)
      if (there.includes(name)) await knex.raw(`DROP INDEX ${name}${dropEndings[dialect]}`);
  },
};

async function listIndexes(knex: Knex, dialect: DialectName): Promise<string[]> {
  const rows = await knex
    .from(knex.raw(`(${indexQuestions[dialect]}) AS present`))
    .select<{ name: string }[]>('name');
  return rows.map(({ name }) => name);
}

const indexQuestions: Readonly<Record<DialectName, string>> = {
  sqlite: `SELECT name FROM pragma_index_list('${reportingTable}')`,
  postgres: `SELECT indexname AS name FROM pg_indexes WHERE schemaname = current_schema() AND tablename = '${reportingTable}'`,
  mysql:
    'SELECT DISTINCT index_name AS name FROM information_schema.statistics ' +
    `WHERE table_schema = DATABASE() AND table_name = '${reportingTable}'`,
};

const dropEndings: Readonly<Record<DialectName, string>> = {
  sqlite: '',
  postgres: '',
  mysql: ` ON ${reportingTable}`,
};
