import { readDestinations } from './destinations.ts';
import type { Store } from './store.ts';

/** How much waits to be landed at one destination. */
export interface DestinationBacklog {
  readonly destination: string;
  readonly deliveries: number;
  /** How long the oldest has been due. */
  readonly ageMs: number;
  readonly paused: boolean;
}

/** What is due at each destination. Calls that wait for their end are not due. */
export async function readBacklog(
  store: Store,
  names: readonly string[],
  nowMs: number,
): Promise<DestinationBacklog[]> {
  const { knex } = store.reader;
  const rows = await knex('deliveries')
    .where('state', 'due')
    .whereNotNull('due_at')
    .where('due_since', '<=', nowMs)
    .groupBy('destination')
    .select<{ destination: string; deliveries: number | string; since: number }[]>(
      'destination',
      knex.raw('count(*) as deliveries'),
      knex.raw('min(due_since) as since'),
    );
  const states = await readDestinations(store);
  return names.map((destination) => {
    const row = rows.find((candidate) => candidate.destination === destination);
    const state = states.find((candidate) => candidate.name === destination);
    return {
      destination,
      deliveries: Number(row?.deliveries ?? 0),
      ageMs: row === undefined ? 0 : Math.max(0, nowMs - row.since),
      paused: (state?.pausedUntilMs ?? 0) > nowMs,
    };
  });
}

/** When the latest push was stored, in epoch milliseconds. */
export async function readLastPushMs(store: Store): Promise<number | undefined> {
  // Ids sort by time of receipt.
  const row = await store.reader
    .knex('pushes')
    .orderBy('id', 'desc')
    .first<{ received_at: number } | undefined>('received_at');
  return row?.received_at;
}
