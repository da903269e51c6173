import type { Knex } from 'knex';
import { deliveryStates, inRestingIndex, type DeliveryState } from '../deliveries.ts';
import type { Store } from '../store.ts';

/** The deliveries of one destination that share a state and a code. */
export interface DeliveryGroup {
  readonly destination: string;
  readonly state: DeliveryState;
  readonly code: string | null;
  readonly deliveries: number;
  /** True when there are more than were counted. */
  readonly isMore: boolean;
  /** The time of the last try among those that were counted, in epoch milliseconds. */
  readonly lastTriedAtMs: number | null;
  /** The reason and the remedy of one of them. */
  readonly reason: string | null;
  readonly remedy: string | null;
}

/** How many deliveries of one destination and state are counted. A page must answer soon, however many there are. */
export const groupedMax = 10_000;

interface GroupRow {
  code: string | null;
  deliveries: number | string;
  tried_at: number | null;
}

/**
 * The deliveries by destination, state and code. The newest ones of each state are counted first, up to a limit.
 *
 * @param limit the most deliveries of one destination and state that are counted
 */
export async function readDeliveryGroups(store: Store, limit = groupedMax): Promise<DeliveryGroup[]> {
  const { knex } = store.reader;
  const groups: DeliveryGroup[] = [];
  for (const destination of await readKnownDestinations(knex)) {
    for (const state of deliveryStates) groups.push(...(await readGroups(knex, destination, state, limit)));
  }
  return groups;
}

async function readGroups(
  knex: Knex,
  destination: string,
  state: DeliveryState,
  limit: number,
): Promise<DeliveryGroup[]> {
  const counted = ofState(knex, destination, state)
    .select('code', 'attempted_at')
    // One more shows that there are more.
    .limit(limit + 1)
    .as('counted');
  const rows = await knex
    .from(counted)
    .groupBy('code')
    .select<GroupRow[]>(
      'code',
      knex.raw('count(*) as deliveries'),
      knex.raw('max(attempted_at) as tried_at'),
    );
  const all = rows.reduce((sum, row) => sum + Number(row.deliveries), 0);
  const groups: DeliveryGroup[] = [];
  for (const { code, deliveries, tried_at: lastTriedAtMs } of rows) {
    const count = Math.min(Number(deliveries), limit);
    const why = code === null ? undefined : await readWhy(knex, destination, state, code);
    const { reason = null, remedy = null } = why ?? {};
    groups.push({
      ...{ destination, state, code, deliveries: count, isMore: all > limit, lastTriedAtMs, reason, remedy },
    });
  }
  return groups.sort((one, other) => other.deliveries - one.deliveries);
}

/** The deliveries of a destination in a state, in the order of an index: the last tried ones first where it can. */
export function ofState(knex: Knex, destination: string, state: DeliveryState): Knex.QueryBuilder {
  const rows = knex('deliveries').where({ destination, state });
  // The order keeps a planner from reading the whole table until it has enough rows.
  if (state === 'delivered') return rows.orderBy('call_id');
  if (state === 'due') return rows.whereNotNull('due_at').orderBy('due_at');
  return rows.whereRaw(inRestingIndex).orderBy('attempted_at', 'desc');
}

async function readWhy(
  knex: Knex,
  destination: string,
  state: DeliveryState,
  code: string,
): Promise<{ reason: string | null; remedy: string | null } | undefined> {
  return ofState(knex, destination, state)
    .where({ code })
    .first<{ reason: string | null; remedy: string | null } | undefined>('reason', 'remedy');
}

/** Every destination with a delivery, also those that are not enabled any more. Needs one index lookup for each. */
export async function readKnownDestinations(knex: Knex): Promise<string[]> {
  const names: string[] = [];
  for (;;) {
    const [row] = await knex('deliveries')
      .where('destination', '>', names.at(-1) ?? '')
      .min<{ name: string | null }[]>({ name: 'destination' });
    if (typeof row?.name !== 'string') return names;
    names.push(row.name);
  }
}
