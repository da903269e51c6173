import type { Knex } from 'knex';
import { inIndexOrder } from '../database/in-index-order.ts';
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
  /** True when the limit was reached, so that more can be due. */
  readonly isMore: boolean;
}

/** The number of deliveries that are not tried again until a person fixes the cause and replays them. */
export interface Resting {
  readonly rejected: number;
  readonly exhausted: number;
}

/**
 * The due deliveries of each destination. Calls that wait for their end are not due.
 *
 * @param limit the most deliveries of one destination and state that are looked at, for a page that must answer soon;
 *   undefined counts all of them
 */
export async function readBacklog(
  store: Store,
  names: readonly string[],
  nowMs: number,
  limit?: number,
): Promise<DestinationBacklog[]> {
  const states = await readDestinations(store);
  return Promise.all(
    names.map(async (destination) => {
      const count = async (knex: Knex) => ({
        due: await countDue(knex, destination, nowMs, limit),
        resting: await countResting(knex, destination, limit),
      });
      const { reader } = store;
      const { due, resting } = await (limit === undefined ? count(reader.knex) : inIndexOrder(reader, count));
      const state = states.find((candidate) => candidate.name === destination);
      return {
        destination,
        deliveries: due.deliveries,
        ageMs: due.sinceMs === undefined ? 0 : Math.max(0, nowMs - due.sinceMs),
        paused: (state?.pausedUntilMs ?? 0) > nowMs,
        resting,
        isMore: due.looked === limit,
      };
    }),
  );
}

// More than any store has.
const allRows = 1_000_000_000_000;

async function countDue(
  knex: Knex,
  destination: string,
  nowMs: number,
  limit = allRows,
): Promise<{ deliveries: number; looked: number; sinceMs: number | undefined }> {
  const waiting = knex('deliveries')
    .where({ destination, state: 'due' })
    .whereNotNull('due_at')
    // The order of the index keeps a planner from reading the whole table.
    .orderBy('due_at')
    .limit(limit)
    .select('due_since')
    .as('waiting');
  const [row] = await knex
    .from(waiting)
    .select<{ looked: number | string; deliveries: number | string; since: number | string | null }[]>(
      knex.raw('count(*) as looked'),
      knex.raw('count(case when due_since <= ? then 1 end) as deliveries', [nowMs]),
      knex.raw('min(due_since) as since'),
    );
  const deliveries = Number(row?.deliveries ?? 0);
  const isDue = row !== undefined && row.since !== null && deliveries > 0;
  return { deliveries, looked: Number(row?.looked ?? 0), sinceMs: isDue ? Number(row.since) : undefined };
}

async function countResting(knex: Knex, destination: string, limit = allRows): Promise<Resting> {
  const count = async (state: keyof Resting): Promise<number> => {
    const rows = knex('deliveries')
      .where({ destination, state })
      .whereRaw(inRestingIndex)
      .orderBy('attempted_at')
      .limit(limit)
      .select('attempted_at')
      .as('resting');
    const [row] = await knex.from(rows).count<{ rows: number | string }[]>({ rows: '*' });
    return Number(row?.rows ?? 0);
  };
  return { rejected: await count('rejected'), exhausted: await count('exhausted') };
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
