import type { Knex } from 'knex';
import type { Traits } from '../../src/domain/database.ts';

/** Makes a table of the store: text is compared exactly, on every database. */
export async function createTable(
  knex: Knex.Transaction,
  traits: Traits,
  table: string,
  define: (columns: Knex.CreateTableBuilder) => void,
): Promise<void> {
  if (await knex.schema.hasTable(table)) {
    // Where each table is committed by itself, an empty one was left by a step that was broken off.
    const isLeft = !traits.transactionalSchema && (await knex(table).first()) === undefined;
    if (!isLeft)
      throw new Error(
        `The database has a table ${table} of another program. Let DATABASE_URL name a database of its own.`,
      );
    await knex.schema.dropTable(table);
  }
  await knex.schema.createTable(table, (columns) => {
    if (!traits.comparesTextExactly) {
      columns.engine('InnoDB');
      columns.charset('utf8mb4');
      columns.collate('utf8mb4_bin');
    }
    define(columns);
  });
}
