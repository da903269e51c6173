import type { Destination } from './deliveries.ts';
import { lockInOrder } from '../database/lock-order.ts';
import type { Store } from './store.ts';
import { inTransaction } from '../database/transaction.ts';

const rowsMax = 200;

/**
 * Brings deliveries nearer that are due at a time that no rule sets: they were written under a clock that has been set
 * back since, and would wait for that time. Those whose call can land are due now, the others after `settleAfterMs`.
 *
 * @param dueLatestMs the latest time that a rule of today sets
 * @returns how many
 */
export async function bringNearer(
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
