import type { Database, DialectName } from './database.ts';

/** Makes the planner's statistics of the tables that have none. An account without the right leaves them as they are. */
export async function makeStatistics({ knex, dialect }: Database): Promise<void> {
  const list = tablesWithoutStatistics[dialect];
  if (list === undefined) return;
  const tables = await knex.from(knex.raw(`(${list}) AS tables`)).pluck<string[]>('name');
  for (const table of tables) await knex.raw('ANALYZE ??', [table]);
}

/**
 * SQL that lists the tables without statistics, as `name`. A PostgreSQL table has none after a restore, and the planner then
 * reads all deliveries of a destination to find a few. The others look into the index itself.
 */
const tablesWithoutStatistics: Readonly<Record<DialectName, string | undefined>> = {
  sqlite: undefined,
  // A small table is read whole with statistics too.
  postgres:
    "SELECT relname AS name FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' AND reltuples <= 0 AND pg_relation_size(oid) > 1000000",
  mysql: undefined,
};
