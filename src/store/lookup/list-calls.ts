import type { StatusMap } from '../../domain/call-status.ts';
import type { CallRecord } from '../../domain/fold.ts';
import type { DeliveryState } from '../deliveries.ts';
import type { Store } from '../store.ts';
import { addConditions, type CallFilter } from './call-filter.ts';
import { findRevisions } from './find-revisions.ts';

/** The delivery of a listed call to one destination. */
export interface ListedDelivery {
  readonly destination: string;
  readonly state: DeliveryState;
  readonly code: string | undefined;
  readonly attempts: number;
}

export interface ListedCall {
  readonly call: CallRecord;
  readonly revision: number;
  /** In the order of the names. */
  readonly deliveries: readonly ListedDelivery[];
}

/** One page of calls, the last changed first. */
export interface CallPage {
  readonly calls: readonly ListedCall[];
  /** The next page has the calls with a lower revision than this. Undefined if there is no older call. */
  readonly before: number | undefined;
  /** True if the time ended before the page was full. The next page continues the search. */
  readonly isUnfinished: boolean;
}

export interface CallListing {
  readonly filter: CallFilter;
  readonly statusMap: StatusMap;
  /** {@link CallPage.before} of the page before. */
  readonly before?: number | undefined;
  readonly limit: number;
  readonly withinMs?: number;
}

const searchWithinMs = 180;

/**
 * Lists calls by their last change. Calls that changed at the same moment are on the same page, so a page can have a few
 * more than `limit`.
 * Why: docs/decisions/operator-lists.md
 */
export async function listCalls(store: Store, listing: CallListing): Promise<CallPage> {
  const { filter, statusMap, before, limit, withinMs = searchWithinMs } = listing;
  const search = { filter, statusMap, before, limit: limit + 1, withinMs };
  const { revisions, searchedBackTo } = await findRevisions(store, search);
  const shown = [...new Set(revisions)].slice(0, limit);
  const calls = await readCallsOf(store, shown, filter, statusMap);
  const hasMore = new Set(revisions).size > shown.length || revisions.length > limit;
  return {
    calls,
    before: hasMore ? shown.at(-1) : searchedBackTo,
    isUnfinished: !hasMore && searchedBackTo !== undefined,
  };
}

/** The calls with these revisions that match a filter. */
async function readCallsOf(
  store: Store,
  revisions: readonly number[],
  filter: CallFilter,
  statusMap: StatusMap,
): Promise<ListedCall[]> {
  if (revisions.length === 0) return [];
  const query = store.reader
    .knex('calls')
    .whereIn('revision', [...revisions])
    .select<CallRow[]>('id', 'revision', 'record');
  addConditions(query, filter, statusMap);
  if (filter.counterparts !== undefined) void query.whereIn('counterpart', [...filter.counterparts]);
  return withDeliveries(store, await query);
}

/** All calls with one of these revisions, without a filter. */
export async function readRevisionCalls(store: Store, revisions: readonly number[]): Promise<ListedCall[]> {
  return readCallsOf(store, revisions, {}, new Map());
}

interface CallRow {
  id: string;
  revision: number;
  record: string;
}

async function withDeliveries(store: Store, rows: readonly CallRow[]): Promise<ListedCall[]> {
  const deliveries = await readListedDeliveries(
    store,
    rows.map(({ id }) => id),
  );
  return rows
    .map(({ id, revision, record }) => ({
      call: JSON.parse(record) as CallRecord,
      revision,
      deliveries: deliveries.get(id) ?? [],
    }))
    .sort((a, b) => b.revision - a.revision || (a.call.id < b.call.id ? -1 : 1));
}

/** The deliveries of some calls, by call id. */
export async function readListedDeliveries(
  store: Store,
  callIds: readonly string[],
): Promise<ReadonlyMap<string, readonly ListedDelivery[]>> {
  const { knex } = store.reader;
  const found = new Map<string, ListedDelivery[]>();
  if (callIds.length === 0) return found;
  const names = await knex('destinations').orderBy('name').pluck<string[]>('name');
  const rows = await knex('deliveries')
    .whereIn('destination', names)
    .whereIn('call_id', [...callIds])
    .select<DeliveryRow[]>('destination', 'call_id', 'state', 'code', 'attempts');
  for (const { call_id: id, destination, state, code, attempts } of rows)
    found.set(id, [...(found.get(id) ?? []), { destination, state, code: code ?? undefined, attempts }]);
  for (const each of found.values()) each.sort((a, b) => (a.destination < b.destination ? -1 : 1));
  return found;
}

interface DeliveryRow {
  destination: string;
  call_id: string;
  state: DeliveryState;
  code: string | null;
  attempts: number;
}
