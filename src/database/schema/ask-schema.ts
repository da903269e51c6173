import type { Knex } from 'knex';
import type { DialectName } from '../database.ts';

/** A question about a table. `?` is the name of the table; the answer has the columns `name` and, for a column, `type`. */
export type SchemaQuestion = 'indexes' | 'columns';

export const schemaQuestions: Readonly<Record<DialectName, Readonly<Record<SchemaQuestion, string>>>> = {
  sqlite: {
    indexes: 'SELECT name FROM pragma_index_list(?)',
    columns: 'SELECT name, lower(type) AS type FROM pragma_table_info(?)',
  },
  postgres: {
    indexes: 'SELECT indexname AS name FROM pg_indexes WHERE schemaname = current_schema() AND tablename = ?',
    columns:
      'SELECT column_name AS name, data_type AS type FROM information_schema.columns ' +
      'WHERE table_schema = current_schema() AND table_name = ?',
  },
  mysql: {
    indexes:
      'SELECT DISTINCT index_name AS name FROM information_schema.statistics ' +
      'WHERE table_schema = DATABASE() AND table_name = ?',
    columns:
      'SELECT column_name AS name, lower(column_type) AS type FROM information_schema.columns ' +
      'WHERE table_schema = DATABASE() AND table_name = ?',
  },
};

/** The names of the indexes of a table. */
export async function listIndexes(knex: Knex, dialect: DialectName, table: string): Promise<string[]> {
  const rows = await knex
    .from(knex.raw(`(${schemaQuestions[dialect].indexes}) AS present`, [table]))
    .select<{ name: string }[]>('name');
  return rows.map(({ name }) => name);
}

/** The type of a column in the database's words, in small letters. Undefined when the table does not have the column. */
export async function columnType(
  knex: Knex,
  dialect: DialectName,
  table: string,
  column: string,
): Promise<string | undefined> {
  const row = await knex
    .from(knex.raw(`(${schemaQuestions[dialect].columns}) AS present`, [table]))
    .where({ name: column })
    .first<{ type: string } | undefined>('type');
  return row?.type;
}

/** Drops an index of a table. MySQL needs the name of the table too. */
export async function dropIndex(
  knex: Knex,
  dialect: DialectName,
  table: string,
  index: string,
): Promise<void> {
  await knex.raw(`DROP INDEX ${index}${dropEndings[dialect](table)}`);
}

const dropEndings: Readonly<Record<DialectName, (table: string) => string>> = {
  sqlite: () => '',
  postgres: () => '',
  mysql: (table) => ` ON ${table}`,
};
