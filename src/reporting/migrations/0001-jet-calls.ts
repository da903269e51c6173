import type { DialectName } from '../../database/database.ts';
import type { Migration } from '../../database/migration.ts';
import { reportingColumns } from '../reporting-columns.ts';
import { reportingSqlType, reportingTable, type ReportingColumn } from '../reporting-column.ts';

export const jetCalls: Migration = {
  name: '0001-jet-calls',
  async up(knex, { dialect, traits }) {
    const columns: readonly ReportingColumn[] = reportingColumns.filter(({ since }) => since === 1);
    const definitions = [...columns.map((column) => columnSql(column, dialect)), 'PRIMARY KEY (call_id)'];
    const indexed = columns.filter((column) => column.indexed === true).map(({ name }) => name);
    if (!traits.transactionalSchema) {
      // One statement makes all or nothing, so an interrupted step can run again. Texts are compared exactly, because
      // call ids that differ only in case are two calls.
      const indexes = indexed.map((name) => `INDEX ${reportingTable}_${name} (${name})`);
      await knex.raw(
        `CREATE TABLE IF NOT EXISTS ${reportingTable} (${[...definitions, ...indexes].join(', ')}) ` +
          'ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin',
      );
      return;
    }
    await knex.raw(`CREATE TABLE ${reportingTable} (${definitions.join(', ')})`);
    for (const name of indexed) {
      await knex.raw(`CREATE INDEX ${reportingTable}_${name} ON ${reportingTable} (${name})`);
    }
  },
};

function columnSql(column: ReportingColumn, dialect: DialectName): string {
  const type = reportingSqlType(column, dialect);
  return `${column.name} ${type}${column.required === true ? ' NOT NULL' : ''}`;
}
