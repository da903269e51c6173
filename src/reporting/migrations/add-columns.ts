import { columnDefinition, commentOn } from '../comments.ts';
import { reportingTable, type ReportingColumn } from '../reporting-column.ts';
import type { Migration } from '../../database/migration.ts';

/**
 * The migration that adds the columns of one `since` to an existing table. Existing rows hold NULL in them until
 * their call lands again: `npm run replay -- --destination sql --all` fills them.
 *
 * @throws Error for a required column: the existing rows have no value for it
 */
export function addColumns(since: number, columns: readonly ReportingColumn[]): Migration {
  const required = columns.find((column) => column.required === true);
  if (required !== undefined)
    throw new Error(
      `The column ${required.name} is new, so it cannot be required: older rows have no value.`,
    );
  const number = String(since).padStart(4, '0');
  return {
    name: `${number}-add-${columns.map(({ name }) => name.replaceAll('_', '-')).join('-and-')}`.slice(0, 100),
    async up(knex, database) {
      for (const column of columns) {
        // MySQL commits at each change, so an interrupted migration may have added the column already.
        if (await knex.schema.hasColumn(reportingTable, column.name)) continue;
        await knex.raw(
          `ALTER TABLE ${reportingTable} ADD COLUMN ${column.name} ${columnDefinition(column, database.dialect)}`,
        );
        await commentOn(knex, database, 'COLUMN', `${reportingTable}.${column.name}`, column.meaning);
        if (column.indexed === true)
          await knex.raw(
            `CREATE INDEX ${reportingTable}_${column.name} ON ${reportingTable} (${column.name})`,
          );
      }
    },
  };
}
