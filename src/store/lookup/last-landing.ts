import type { Database } from '../../database/database.ts';
import { readKnownDestinations } from './delivery-groups.ts';

// No index has landed deliveries in the order of their time. The last landing nearly always belongs to a recent call.
const recentCalls = 500;

/** Where and when a call landed last, among the calls that changed last. Undefined when none of them has landed. */
export async function readLastLanding({
  knex,
}: Database): Promise<{ destination: string; atMs: number } | undefined> {
  const ids = await knex('calls').orderBy('revision', 'desc').limit(recentCalls).pluck<string[]>('id');
  let last: { destination: string; atMs: number } | undefined;
  for (const destination of await readKnownDestinations(knex)) {
    const [row] = await knex('deliveries')
      .where({ destination, state: 'delivered' })
      .whereIn('call_id', ids)
      .max<{ at: number | string | null }[]>({ at: 'attempted_at' });
    const atMs = Number(row?.at ?? 0);
    if (atMs > (last?.atMs ?? 0)) last = { destination, atMs };
  }
  return last;
}
