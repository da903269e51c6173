import { reportingColumns, reportingTable, type ReportingColumn } from '../../src/domain/reporting-table.ts';
import type { DialectName } from '../../src/domain/database.ts';
import type { Migration } from '../../src/domain/migration.ts';

/** SQL types that BI tools read without being told: see the table in docs/reporting-table.md. */
const sqlTypes: Readonly<Record<ReportingColumn['type'], Readonly<Record<DialectName, string>>>> = {
  text: { sqlite: 'TEXT', postgres: 'varchar', mysql: 'varchar' },
  long_text: { sqlite: 'TEXT', postgres: 'text', mysql: 'text' },
  json: { sqlite: 'TEXT', postgres: 'text', mysql: 'mediumtext' },
  instant: { sqlite: 'TEXT', postgres: 'timestamptz(3)', mysql: 'datetime(3)' },
  local: { sqlite: 'TEXT', postgres: 'timestamp(3)', mysql: 'datetime(3)' },
  date: { sqlite: 'TEXT', postgres: 'date', mysql: 'date' },
  integer: { sqlite: 'INTEGER', postgres: 'integer', mysql: 'int' },
  bigint: { sqlite: 'INTEGER', postgres: 'bigint', mysql: 'bigint' },
  boolean: { sqlite: 'INTEGER', postgres: 'boolean', mysql: 'tinyint(1)' },
};

export const jetCalls: Migration = {
  name: '0001-jet-calls',
  async up(knex, { dialect }) {
    const columns = reportingColumns.filter((column) => column.since === 1);
    const definitions = columns.map((column: ReportingColumn) => columnSql(column, dialect));
    // Exact comparison everywhere: call ids that differ in case only are two calls.
    const options = dialect === 'mysql' ? ' ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin' : '';
    await knex.raw(
      `CREATE TABLE ${reportingTable} (${definitions.join(', ')}, PRIMARY KEY (call_id))${options}`,
    );
    for (const column of columns) {
      if (!('indexed' in column)) continue;
      await knex.raw(`CREATE INDEX ${reportingTable}_${column.name} ON ${reportingTable} (${column.name})`);
    }
  },
};

function columnSql(column: ReportingColumn, dialect: DialectName): string {
  const type = sqlTypes[column.type][dialect];
  const sized = column.length !== undefined && dialect !== 'sqlite' ? `${type}(${column.length})` : type;
  return `${column.name} ${sized}${column.required === true ? ' NOT NULL' : ''}`;
}
