import type { Database } from './database.ts';

/**
 * Deletes at most `limit` rows, so that other writers do not wait long. Reads the keys first, because not every database
 * accepts a limit in a DELETE or in its subquery.
 *
 * @returns the number of deleted rows
 */
export async function deleteSome(
  { knex }: Database,
  table: string,
  key: readonly string[],
  [column, comparison, value]: readonly [string, '<' | '<=', number | string],
  limit: number,
): Promise<number> {
  const rows = await knex(table)
    .where(column, comparison, value)
    .limit(limit)
    .select<Record<string, string>[]>([...key]);
  if (rows.length === 0) return 0;
  return knex(table)
    .where(column, comparison, value)
    .whereIn(
      [...key],
      rows.map((row) => key.map((name) => row[name] ?? '')),
    )
    .delete();
}
