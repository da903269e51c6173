import type { Knex } from 'knex';
import type { Traits } from '../../database/database.ts';

// Marks the kit's tables, to distinguish them from tables of other programs after an interrupted migration.
const mark = 'Jet receiver';

/**
 * Makes a table of the store. Its text is compared exactly on every database.
 *
 * @throws when a table of that name exists, unless an interrupted migration of the kit made it
 */
export async function createTable(
  knex: Knex.Transaction,
  traits: Traits,
  table: string,
  define: (columns: Knex.CreateTableBuilder) => void,
): Promise<void> {
  if (await knex.schema.hasTable(table)) {
    const isOurRemainder =
      !traits.transactionalSchema && (await isOurs(knex, table)) && (await isEmpty(knex, table));
    if (!isOurRemainder)
      throw new Error(
        `The database already has a table ${table} of another program. Set DATABASE_URL to a database that only this program uses.`,
      );
    await knex.schema.dropTable(table);
  }
  await knex.schema.createTable(table, (columns) => {
    if (!traits.transactionalSchema) columns.comment(mark);
    if (!traits.comparesTextExactly) {
      columns.engine('InnoDB');
      columns.charset('utf8mb4');
      columns.collate('utf8mb4_bin');
    }
    define(columns);
  });
}

async function isOurs(knex: Knex, table: string): Promise<boolean> {
  const row = await knex('information_schema.tables')
    .where({ table_schema: knex.raw('DATABASE()'), table_name: table })
    .first<{ note: string } | undefined>({ note: 'table_comment' });
  return row?.note === mark;
}

async function isEmpty(knex: Knex, table: string): Promise<boolean> {
  return (await knex(table).first()) === undefined;
}
