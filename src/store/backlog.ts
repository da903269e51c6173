import type { Knex } from 'knex';
import { inRestingIndex } from './deliveries.ts';
import { readDestinations } from './destinations.ts';
import type { Store } from './store.ts';

/** The deliveries that wait at one destination. */
export interface DestinationBacklog {
  readonly destination: string;
  readonly deliveries: number;
  /** How long the oldest delivery has been due. */
  readonly ageMs: number;
  readonly paused: boolean;
  readonly resting: Resting;
}

/** The number of deliveries that are not tried again until a person fixes the cause and replays them. */
export interface Resting {
  readonly rejected: number;
  readonly exhausted: number;
}

/** The due deliveries of each destination. Calls that wait for their end are not due. */
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
  const resting = await readResting(knex);
  return names.map((destination) => {
    const row = rows.find((candidate) => candidate.destination === destination);
    const state = states.find((candidate) => candidate.name === destination);
    return {
      destination,
      deliveries: Number(row?.deliveries ?? 0),
      ageMs: row === undefined ? 0 : Math.max(0, nowMs - row.since),
      paused: (state?.pausedUntilMs ?? 0) > nowMs,
      resting: resting.get(destination) ?? { rejected: 0, exhausted: 0 },
    };
  });
}

/** The rejected and exhausted deliveries by destination. A destination without any is absent. */
export async function readResting(knex: Knex): Promise<ReadonlyMap<string, Resting>> {
  const resting = new Map<string, Resting>();
  for (const state of ['rejected', 'exhausted'] as const) {
    const rows = await knex('deliveries')
      .whereRaw(inRestingIndex)
      .where({ state })
      .groupBy('destination')
      .select<{ destination: string; deliveries: number | string }[]>(
        'destination',
        knex.raw('count(*) as deliveries'),
      );
    for (const { destination, deliveries } of rows) {
      const before = resting.get(destination) ?? { rejected: 0, exhausted: 0 };
      resting.set(destination, { ...before, [state]: Number(deliveries) });
    }
  }
  return resting;
}

/** When the latest push was received, in epoch milliseconds. */
export async function readLastPushMs(store: Pick<Store, 'reader'>): Promise<number | undefined> {
  // Ids sort by time of receipt.
  const row = await store.reader
    .knex('pushes')
    .orderBy('id', 'desc')
    .first<{ received_at: number } | undefined>('received_at');
  return row?.received_at;
}
