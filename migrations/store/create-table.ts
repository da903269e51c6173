import type { Knex } from 'knex';
import type { DialectName } from '../../src/domain/database.ts';

/** Makes a table of the store: text is compared exactly, on every database. */
export async function createTable(
  knex: Knex.Transaction,
  dialect: DialectName,
  table: string,
  define: (columns: Knex.CreateTableBuilder) => void,
): Promise<void> {
  const mysql = dialect === 'mysql';
  // MySQL commits each table by itself: one that is there was left, empty, by a step that was broken off.
  if (mysql) await knex.schema.dropTableIfExists(table);
  await knex.schema.createTable(table, (columns) => {
    if (mysql) {
      columns.engine('InnoDB');
      columns.charset('utf8mb4');
      columns.collate('utf8mb4_bin');
    }
    define(columns);
  });
}
