import type { Knex } from 'knex';
import type { DeliveryState, Destination } from '../deliveries.ts';
import { inLockOrder, lockInOrder } from '../../database/lock-order.ts';
import type { Store } from '../store.ts';
import { inTransaction } from '../../database/transaction.ts';

/** Selects deliveries to make again. Every given condition must hold. */
export interface DeliveryFilter {
  readonly callIds?: readonly string[] | undefined;
  /** Only deliveries in this state. */
  readonly state?: DeliveryState | undefined;
  /** Also calls without a delivery, from before the destination was enabled. */
  readonly neverOwed?: boolean;
  /** Calls whose latest push came at or after this time, in epoch milliseconds. */
  readonly sinceMs?: number | undefined;
  readonly untilMs?: number | undefined;
}

/** A call that can be replayed, and the state of its delivery. The state is null when it has no delivery yet. */
export interface Replayable {
  readonly id: string;
  readonly revision: number;
  readonly state: DeliveryState | null;
  readonly code: string | null;
  readonly reason: string | null;
  readonly remedy: string | null;
}

/**
 * One page of the calls whose deliveries match a filter, in order of id. Pages keep other work from waiting.
 *
 * @param afterId the last id of the page before
 */
export async function readReplayable(
  store: Store,
  destination: Destination,
  filter: DeliveryFilter,
  afterId: string,
  limit: number,
  nowMs: number,
): Promise<Replayable[]> {
  return (
    store.reader
      .knex('calls')
      .leftJoin('deliveries', (join: Knex.JoinClause) =>
        join.on('deliveries.call_id', 'calls.id').andOnVal('deliveries.destination', destination.name),
      )
      .where('calls.id', '>', afterId)
      // A call that waits for its end must not land early.
      .where(
        (landable) =>
          void landable
            .whereIn('calls.stage', [...destination.stages])
            .orWhere('calls.last_received_at', '<=', nowMs - destination.settleAfterMs),
      )
      .modify((query) => {
        if (filter.neverOwed !== true) void query.whereNotNull('deliveries.call_id');
        if (filter.callIds !== undefined) void query.whereIn('calls.id', [...filter.callIds]);
        if (filter.state !== undefined) void query.where('deliveries.state', filter.state);
        if (filter.sinceMs !== undefined) void query.where('calls.last_received_at', '>=', filter.sinceMs);
        if (filter.untilMs !== undefined) void query.where('calls.last_received_at', '<', filter.untilMs);
      })
      .orderBy('calls.id')
      .limit(limit)
      .select<Replayable[]>(
        'calls.id',
        'calls.revision',
        'deliveries.state',
        'deliveries.code',
        'deliveries.reason',
        'deliveries.remedy',
      )
  );
}

/**
 * Makes deliveries due now, with fresh attempts. A missing delivery is created, unless its call was removed since it was
 * read, because nothing would ever settle such a delivery. Returns the number of deliveries.
 */
export async function markForReplay(
  store: Store,
  destination: string,
  calls: readonly { id: string; revision: number }[],
  nowMs: number,
): Promise<number> {
  return inTransaction(store.writer, async (transaction) => {
    const ids = calls.map(({ id }) => id);
    const standing = new Set(await lockInOrder(store.writer, transaction('calls').whereIn('id', ids), 'id'));
    const rows = inLockOrder(calls, ({ id }) => id)
      .filter(({ id }) => standing.has(id))
      .map(({ id, revision }) => [destination, id, revision, 'due', nowMs, nowMs, 0]);
    await store.writer.upsert(transaction, {
      table: 'deliveries',
      columns: ['destination', 'call_id', 'revision', 'state', 'due_at', 'due_since', 'attempts'],
      key: ['destination', 'call_id'],
      // A push may have raised the revision since the call was read.
      assign: {
        revision: ({ stored, incoming }) =>
          `CASE WHEN ${stored('revision')} > ${incoming('revision')} THEN ${stored('revision')} ELSE ${incoming('revision')} END`,
      },
      rows,
    });
    return rows.length;
  });
}

/**
 * Makes deliveries due again that another process may have written: this process wrote without a valid lease, so its older
 * values may have replaced the newer ones. The calls get a higher revision, so that a later settlement by the other process
 * leaves them due. Rejected and exhausted deliveries do not change.
 * Why: docs/decisions/leases.md
 */
export async function makeDueAgain(
  store: Store,
  destination: string,
  callIds: readonly string[],
  nowMs: number,
): Promise<void> {
  await inTransaction(store.writer, async (transaction) => {
    const calls = (): Knex.QueryBuilder => transaction('calls').whereIn('id', callIds);
    const owed = (): Knex.QueryBuilder =>
      transaction('deliveries').where({ destination }).whereIn('call_id', callIds);
    await lockInOrder(store.writer, calls(), 'id');
    await lockInOrder(store.writer, owed(), 'call_id');
    await calls().update({ revision: transaction.raw('revision + 1') });
    await owed()
      .where({ state: 'delivered' })
      .update({ state: 'due', due_at: nowMs, due_since: nowMs, attempts: 0 });
    const revision = transaction('calls').select('revision').whereRaw('calls.id = deliveries.call_id');
    await owed().where({ state: 'due' }).update({ revision });
  });
}
