import type { Database } from './database.ts';
import { dialects } from './dialect.ts';

/** Makes the planner's statistics of the tables that have none. An account without the right leaves them as they are. */
export async function makeStatistics({ knex, dialect }: Database): Promise<void> {
  const { tablesWithoutStatistics } = dialects[dialect];
  if (tablesWithoutStatistics === undefined) return;
  const tables = await knex.from(knex.raw(`(${tablesWithoutStatistics}) AS tables`)).pluck<string[]>('name');
  for (const table of tables) await knex.raw('ANALYZE ??', [table]);
}
