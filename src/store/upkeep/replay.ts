import type { Knex } from 'knex';
import { inLockOrder, lockInOrder } from '../../database/lock-order.ts';
import type { Store } from '../store.ts';
import { inTransaction } from '../../database/transaction.ts';

/**
 * Makes deliveries due now, with fresh attempts. A missing delivery is created, unless its call was removed since it
 * was read, because nothing would ever settle such a delivery. Returns the number of deliveries.
 */
export async function markForReplay(
  store: Store,
  destination: string,
  calls: readonly { id: string; revision: number }[],
  nowMs: number,
): Promise<number> {
  return inTransaction(store.writer, (transaction) =>
    markDueAgain(store, transaction, destination, calls, nowMs),
  );
}

/** As {@link markForReplay}, within a transaction that locks no deliveries before. */
export async function markDueAgain(
  store: Store,
  transaction: Knex.Transaction,
  destination: string,
  calls: readonly { id: string; revision: number }[],
  nowMs: number,
): Promise<number> {
  const ids = calls.map(({ id }) => id);
  const existing = new Set(await lockInOrder(store.writer, transaction('calls').whereIn('id', ids), 'id'));
  const rows = inLockOrder(calls, ({ id }) => id)
    .filter(({ id }) => existing.has(id))
    .map(({ id, revision }) => [destination, id, revision, 'due', nowMs, nowMs, 0, null]);
  await store.writer.upsert(transaction, {
    table: 'deliveries',
    columns: [
      ...['destination', 'call_id', 'revision', 'state', 'due_at', 'due_since', 'attempts'],
      'revisit_revision',
    ],
    key: ['destination', 'call_id'],
    // A push may have raised the revision since the call was read.
    assign: {
      revision: ({ stored, incoming }) =>
        `CASE WHEN ${stored('revision')} > ${incoming('revision')} THEN ${stored('revision')} ELSE ${incoming('revision')} END`,
    },
    rows,
  });
  return rows.length;
}

/**
 * Makes deliveries due again that another process may have written. This process wrote without a valid lease, so its
 * older values may have replaced newer values. The calls get a higher revision, so that a later settlement by the other
 * process leaves them due. Rejected and exhausted deliveries do not change.
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
