import type { Knex } from 'knex';
import type { StatusMap } from '../../domain/call-status.ts';
import type { DeliveryState } from '../deliveries.ts';
import type { Store } from '../store.ts';
import { addConditions, isFiltering, lowestRevision, type CallFilter } from './call-filter.ts';

/** The revisions of the newest calls of a filter. */
export interface FoundRevisions {
  /** The newest first. */
  readonly revisions: readonly number[];
  /** Set if the time ended before the search: calls with a lower revision than this were not searched. */
  readonly searchedBackTo: number | undefined;
}

export interface Search {
  readonly filter: CallFilter;
  readonly statusMap: StatusMap;
  /** Only calls with a lower revision. */
  readonly before: number | undefined;
  readonly limit: number;
  /** How long a search for few matches may take. The next search continues where it ended. */
  readonly withinMs: number;
}

/**
 * Finds the newest calls of a filter. A search for few matches among many calls reads the index of the list in
 * windows, from the newest call on. It does not read the calls themselves. So each search ends in time, however many
 * calls there are.
 */
export async function findRevisions(store: Store, search: Search): Promise<FoundRevisions> {
  const { filter, before, limit } = search;
  if (filter.counterparts !== undefined) return findOfCounterparts(store, search, filter.counterparts);
  if (!isFiltering(filter)) {
    const revisions = await newest(store, before).limit(limit).pluck<number[]>('revision');
    return { revisions, searchedBackTo: undefined };
  }
  const few = await fewOfState(store, filter);
  return few === undefined ? findInWindows(store, search) : findAmong(store, search, few);
}

function newest({ reader }: Store, before: number | undefined): Knex.QueryBuilder {
  const query = reader.knex('calls').orderBy('revision', 'desc');
  return before === undefined ? query : query.where('revision', '<', before);
}

async function findOfCounterparts(
  store: Store,
  { filter, statusMap, before, limit }: Search,
  counterparts: readonly string[],
): Promise<FoundRevisions> {
  const found = new Set<number>();
  // There is one query for each form, so that each query reads in the order of the index.
  for (const counterpart of counterparts) {
    const query = newest(store, before).where({ counterpart }).limit(limit);
    addConditions(query, filter, statusMap);
    for (const revision of await query.pluck<number[]>('revision')) found.add(revision);
  }
  const revisions = [...found].sort((a, b) => b - a).slice(0, limit);
  return { revisions, searchedBackTo: undefined };
}

const fewMax = 2_000;
// The conditions repeat those of the partial indexes of deliveries. A bound value would not select such an index.
const indexedStates: Readonly<Partial<Record<DeliveryState, string>>> = {
  rejected: "state IN ('rejected', 'exhausted') AND state = 'rejected'",
  exhausted: "state IN ('rejected', 'exhausted') AND state = 'exhausted'",
  due: "due_at IS NOT NULL AND state = 'due'",
};

/** The calls of a rare delivery state, if an index finds them and there are few. */
async function fewOfState(store: Store, { destination, state }: CallFilter): Promise<string[] | undefined> {
  const condition = state === undefined ? undefined : indexedStates[state];
  if (destination === undefined || condition === undefined) return undefined;
  const query = store.reader
    .knex('deliveries')
    .where({ destination })
    .limit(fewMax + 1);
  void query.whereRaw(condition);
  const ids = await query.pluck<string[]>('call_id');
  return ids.length > fewMax ? undefined : ids;
}

async function findAmong(
  store: Store,
  { filter, statusMap, before, limit }: Search,
  ids: readonly string[],
): Promise<FoundRevisions> {
  const query = store.reader.knex('calls').whereIn('id', [...ids]);
  if (before !== undefined) void query.where('revision', '<', before);
  addConditions(query, { ...filter, destination: undefined }, statusMap);
  const revisions = (await query.pluck<number[]>('revision')).sort((a, b) => b - a).slice(0, limit);
  return { revisions, searchedBackTo: undefined };
}

const firstWindow = 2_000;
const windowGrowth = 5;

async function findInWindows(
  store: Store,
  { filter, statusMap, before, limit, withinMs }: Search,
): Promise<FoundRevisions> {
  const startedMs = performance.now();
  const lowest = lowestRevision(filter);
  const revisions: number[] = [];
  let size = firstWindow;
  for (let upper = before; ;) {
    const windowMs = performance.now();
    const [end] = await newest(store, upper).offset(size).limit(1).pluck<number[]>('revision');
    const query = newest(store, upper).limit(limit - revisions.length);
    if (end !== undefined) void query.where('revision', '>=', end);
    addConditions(query, filter, statusMap);
    revisions.push(...(await query.pluck<number[]>('revision')));
    if (revisions.length >= limit || end === undefined || end < lowest)
      return { revisions, searchedBackTo: undefined };
    upper = end;
    const nowMs = performance.now();
    const leftMs = withinMs - (nowMs - startedMs);
    const fitting = Math.floor((size * leftMs) / Math.max(nowMs - windowMs, 1));
    if (fitting < firstWindow) return { revisions, searchedBackTo: end };
    size = Math.min(size * windowGrowth, fitting);
  }
}
