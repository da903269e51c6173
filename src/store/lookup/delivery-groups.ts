import type { Knex } from 'knex';
import { inIndexOrder } from '../../database/in-index-order.ts';
import { deliveryStates, inRestingIndex, type DeliveryState } from '../deliveries.ts';
import type { Store } from '../store.ts';

/** The deliveries of one destination that share a state and a code. */
export interface DeliveryGroup {
  readonly destination: string;
  readonly state: DeliveryState;
  readonly code: string | null;
  readonly deliveries: number;
  /** True if there are more deliveries than the counted ones. */
  readonly isMore: boolean;
  /** The time of the last attempt among the counted deliveries, in epoch milliseconds. */
  readonly lastTriedAtMs: number | null;
  /** The reason and the remedy of one of the deliveries. */
  readonly reason: string | null;
  readonly remedy: string | null;
}

/** How many deliveries of one destination and state are counted. A page must answer soon, however many there are. */
export const groupedMax = 10_000;

/**
 * The deliveries by destination, state and code. The newest ones of each state are counted first, up to a limit.
 *
 * @param limit the most deliveries of one destination and state that are counted
 */
export async function readDeliveryGroups(store: Store, limit = groupedMax): Promise<DeliveryGroup[]> {
  const { reader } = store;
  const groups = (await readKnownDestinations(reader.knex)).map((destination) =>
    inIndexOrder(reader, async (knex) => {
      const found: CountedGroup[] = [];
      for (const state of deliveryStates) found.push(...(await readGroups(knex, destination, state, limit)));
      return withWhy(knex, destination, found);
    }),
  );
  return (await Promise.all(groups)).flat();
}

interface CountedGroup extends Omit<DeliveryGroup, 'reason' | 'remedy'> {
  /** One call of the group. */
  readonly callId: string;
}

interface GroupRow {
  state: DeliveryState;
  code: string | null;
  deliveries: number | string;
  tried_at: number | null;
  call_id: string;
}

async function readGroups(
  knex: Knex,
  destination: string,
  state: DeliveryState,
  limitOfIndex: number,
): Promise<CountedGroup[]> {
  const limit = hasIndex(state) ? limitOfIndex : Math.ceil(limitOfIndex / 4);
  const looked = ofState(knex, destination, state)
    .select('state', 'code', 'attempted_at', 'call_id')
    // One more row shows that the count is not complete.
    .limit(limit + 1)
    .as('looked');
  const rows = await knex
    .from(looked)
    .groupBy('state', 'code')
    .select<GroupRow[]>(
      'state',
      'code',
      knex.raw('count(*) as deliveries'),
      knex.raw('max(attempted_at) as tried_at'),
      knex.raw('max(call_id) as call_id'),
    );
  const all = rows.reduce((sum, row) => sum + Number(row.deliveries), 0);
  return rows
    .filter((row) => row.state === state)
    .map(({ code, deliveries, tried_at: triedAt, call_id: callId }) => ({
      ...{ destination, state, code, callId, isMore: all > limit },
      deliveries: Math.min(Number(deliveries), limit),
      lastTriedAtMs: triedAt,
    }))
    .sort((one, other) => other.deliveries - one.deliveries);
}

/** True if an index answers alone. For the other states each row is looked up, so fewer rows are read. */
function hasIndex(state: DeliveryState): boolean {
  return state !== 'due' && state !== 'delivered';
}

/**
 * The deliveries of a destination in a state, in the order of an index. If the index allows it, the last attempt
 * comes first.
 */
function ofState(knex: Knex, destination: string, state: DeliveryState): Knex.QueryBuilder {
  const rows = knex('deliveries').where({ destination });
  // No index contains only landed deliveries. Nearly all deliveries have landed, so the search goes through all
  // states.
  if (state === 'delivered') return rows.orderBy('call_id');
  // The order keeps a planner from reading the whole table until it has enough rows.
  if (state === 'due') return rows.where({ state }).whereNotNull('due_at').orderBy('due_at');
  return rows.where({ state }).whereRaw(inRestingIndex).orderBy('attempted_at', 'desc');
}

/** Adds the reason and the remedy of one delivery of each group. */
async function withWhy(
  knex: Knex,
  destination: string,
  groups: readonly CountedGroup[],
): Promise<DeliveryGroup[]> {
  const ids = groups.filter(({ code }) => code !== null).map(({ callId }) => callId);
  const rows =
    ids.length === 0
      ? []
      : await knex('deliveries')
          .where({ destination })
          .whereIn('call_id', ids)
          .select<WhyRow[]>('call_id', 'reason', 'remedy');
  const found = new Map(rows.map((row) => [row.call_id, row]));
  return groups.map(({ callId, ...group }) => {
    const { reason = null, remedy = null } = group.code === null ? {} : (found.get(callId) ?? {});
    return { ...group, reason, remedy };
  });
}

interface WhyRow {
  call_id: string;
  reason: string | null;
  remedy: string | null;
}

/** Lists every destination that has a delivery, also a disabled one. Each destination costs one index lookup. */
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
