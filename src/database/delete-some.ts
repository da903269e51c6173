import type { Database } from './database.ts';

/**
 * Deletes rows, at most so many, so that nobody waits long for them. Asks for the keys first: not every database
 * takes a limit in a DELETE, or in the query within one.
 *
 * @returns how many were deleted
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
