import { inTransaction } from '../../database/transaction.ts';
import { isTestCall } from '../../domain/test-call.ts';
import type { Store } from '../store.ts';

/**
 * Removes a test call with its pushes, deliveries and noted attempts, and leaves no tombstone, because nobody sends the
 * call again. Does nothing for any other call.
 *
 * @param destinations every destination that may have a delivery of the call
 */
export async function removeTestCall(
  { writer }: Store,
  callId: string,
  destinations: readonly string[],
): Promise<void> {
  if (!isTestCall(callId)) return;
  await inTransaction(writer, async (transaction) => {
    await transaction('calls').where({ id: callId }).delete();
    await transaction('deliveries')
      .whereIn('destination', [...destinations])
      .where({ call_id: callId })
      .delete();
    await transaction('attempts').where({ call_id: callId }).delete();
    await transaction('pushes').where({ call_id: callId }).delete();
  });
}
