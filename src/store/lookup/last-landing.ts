import type { Database } from '../../database/database.ts';

/** Where and when the last call landed. Undefined when none has landed. */
export async function readLastLanding({
  knex,
}: Database): Promise<{ destination: string; atMs: number } | undefined> {
  const row = await knex('deliveries')
    .where({ state: 'delivered' })
    .whereNotNull('attempted_at')
    .orderBy('attempted_at', 'desc')
    .first<{ destination: string; attempted_at: number } | undefined>('destination', 'attempted_at');
  return row === undefined ? undefined : { destination: row.destination, atMs: row.attempted_at };
}
