import type { Destination } from './deliveries.ts';
import { lockInOrder } from '../database/lock-order.ts';
import type { Store } from './store.ts';
import { inTransaction } from '../database/transaction.ts';

const rowsMax = 200;

/**
 * Makes deliveries due earlier that are due later than any rule allows. They were written before the clock was set back,
 * and would wait too long. If the call can land, the delivery becomes due now, otherwise after `settleAfterMs`.
 *
 * @param dueLatestMs the latest due time that today's rules can set
 * @returns the number of changed deliveries
 */
export async function makeDueEarlier(
  store: Store,
  { name, stages, settleAfterMs }: Destination,
  dueLatestMs: number,
  nowMs: number,
): Promise<number> {
  for (let moved = 0; ;) {
    const found = await inTransaction(store.writer, async (transaction) => {
      const tooFar = transaction('deliveries')
        .where({ destination: name, state: 'due' })
        .where('due_at', '>', dueLatestMs)
        .limit(rowsMax);
      const ids = await lockInOrder(store.writer, tooFar, 'call_id');
      const landable = await transaction('calls')
        .whereIn('id', ids)
        .whereIn('stage', [...stages])
        .pluck<string[]>('id');
      const setDue = (callIds: readonly string[], dueAtMs: number): Promise<unknown> =>
        transaction('deliveries')
          .where({ destination: name })
          .whereIn('call_id', callIds)
          .update({ due_at: dueAtMs, due_since: dueAtMs });
      await setDue(landable, nowMs);
      await setDue(
        ids.filter((id) => !landable.includes(id)),
        nowMs + settleAfterMs,
      );
      return ids.length;
    });
    moved += found;
    if (found < rowsMax) return moved;
  }
}
