import type { DialectName } from '../../../src/database/database.ts';
import { openDatabase } from '../../../src/database/open-database.ts';
import { ask } from '../../fixtures/ask.ts';

/** Statements that describe every table, column, index and constraint of a database, one line each. */
const statements: Readonly<Record<DialectName, readonly string[]>> = {
  sqlite: [
    "SELECT type || ' ' || name || ' of ' || tbl_name || ' ' || COALESCE(sql, '') AS line FROM sqlite_master",
  ],
  postgres: [
    `SELECT concat_ws(' ', table_name, column_name, ordinal_position, data_type, character_maximum_length,
       numeric_precision, datetime_precision, collation_name, is_nullable, column_default) AS line
     FROM information_schema.columns WHERE table_schema = 'public'`,
    "SELECT indexdef AS line FROM pg_indexes WHERE schemaname = 'public'",
    `SELECT concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid)) AS line
     FROM pg_constraint WHERE connamespace = 'public'::regnamespace`,
  ],
  mysql: [
    `SELECT CONCAT_WS(' ', table_name, engine, table_collation) AS line
     FROM information_schema.tables WHERE table_schema = DATABASE()`,
    `SELECT CONCAT_WS(' ', table_name, column_name, ordinal_position, column_type, collation_name, is_nullable,
       column_default, extra) AS line
     FROM information_schema.columns WHERE table_schema = DATABASE()`,
    `SELECT CONCAT_WS(' ', table_name, index_name, non_unique, seq_in_index, column_name, sub_part) AS line
     FROM information_schema.statistics WHERE table_schema = DATABASE()`,
  ],
};

/** The whole schema, and the names of its migrations from the migration table. */
export async function schemaOf(
  url: string,
  dialect: DialectName,
  migrationsTable: string,
): Promise<string[]> {
  const database = openDatabase(url);
  const lines: string[] = [];
  for (const statement of statements[dialect])
    lines.push(...(await ask<{ line: string }>(database, statement)).map(({ line }) => line));
  const steps = await database.knex(migrationsTable).orderBy('name').pluck<string[]>('name');
  await database.close();
  return [...lines.sort(), ...steps.map((name) => `step ${name}`)];
}
