import type { Knex } from 'knex';
import type { DeliveryState, Destination } from '../deliveries.ts';
import { inLockOrder, lockInOrder } from '../../database/lock-order.ts';
import type { Store } from '../store.ts';
import { inTransaction } from '../../database/transaction.ts';

/** Which deliveries to make again; every condition that is given must hold. */
export interface DeliveryFilter {
  readonly callIds?: readonly string[] | undefined;
  /** Only deliveries that rest in this state. */
  readonly state?: DeliveryState | undefined;
  /** Also calls that were never owed, from before the destination was enabled. */
  readonly neverOwed?: boolean;
  /** Calls whose latest push came at or after this time, in epoch milliseconds. */
  readonly sinceMs?: number | undefined;
  readonly untilMs?: number | undefined;
}

/** A call that can be replayed, and how its delivery stands; without one it was never owed. */
export interface Replayable {
  readonly id: string;
  readonly revision: number;
  readonly state: DeliveryState | null;
  readonly code: string | null;
  readonly reason: string | null;
  readonly remedy: string | null;
}

/**
 * Calls whose deliveries a filter names, in order of id; page by page, so that nothing else is held up.
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
      // A call that waits for its end is not landed before its time.
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
 * Marks deliveries due now, with fresh attempts. One that was never owed is made; none of a call that was removed
 * since it was read, which nothing would ever settle. Answers how many.
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
      // A push may have raised the revision since it was read.
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
 * Makes deliveries due again that another process has landed meanwhile or has in hand: what this one wrote without the
 * fence may stand over what that one writes. Their calls get a greater revision, so that the settle of the other leaves
 * them due, whenever it comes. Those that rest undelivered stay as they are.
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
