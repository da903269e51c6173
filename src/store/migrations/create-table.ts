import type { Knex } from 'knex';
import type { Traits } from '../../database/database.ts';

// Tells our tables from those of other programs, where a step that was broken off leaves some behind.
const mark = 'Jet receiver';

/**
 * Makes a table of the store: text is compared exactly, on every database.
 *
 * @throws when a table of that name is there which is not left of a step of ours that was broken off
 */
export async function createTable(
  knex: Knex.Transaction,
  traits: Traits,
  table: string,
  define: (columns: Knex.CreateTableBuilder) => void,
): Promise<void> {
  if (await knex.schema.hasTable(table)) {
    const isLeft = !traits.transactionalSchema && (await isOurs(knex, table)) && (await isEmpty(knex, table));
    if (!isLeft)
      throw new Error(
        `The database has a table ${table} of another program. Let DATABASE_URL name a database of its own.`,
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
