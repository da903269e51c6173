import type { Knex } from 'knex';
import type { DeliveryState } from '../deliveries.ts';
import { dialects } from '../../database/dialect.ts';
import { makeStatistics } from '../../database/make-statistics.ts';
import { lockInOrder } from '../../database/lock-order.ts';
import { readKnownDestinations } from '../lookup/delivery-groups.ts';
import { firstPushIdAt } from '../push-id.ts';
import type { Store } from '../store.ts';
import { writeTombstones } from './tombstones.ts';
import { inTransaction } from '../../database/transaction.ts';

export interface TrimStep {
  /** Where the next step begins. Undefined when there is no next step. */
  readonly afterId: string | undefined;
  readonly calls: number;
  readonly pushes: number;
  readonly deliveries: number;
  /** Calls that are old enough but stay, because a delivery is due or exhausted. */
  readonly held: readonly HeldCall[];
}

export interface HeldCall {
  readonly callId: string;
  readonly destination: string;
}

export interface TrimOptions {
  /** Calls whose latest push came before this time are old. */
  readonly beforeMs: number;
  readonly secretKey: string;
  /** The last push of the step before; '' for the first step. */
  readonly afterId: string;
  /** The number of pushes to look at. */
  readonly pushesMax: number;
}

// A due delivery must still land, and an exhausted one waits for a person's decision.
const owedStates: readonly DeliveryState[] = ['due', 'exhausted'];

/**
 * One small step of removing old calls. A call is removed with its pushes and deliveries in the same transaction that adds
 * its tombstone. Old calls are found by the oldest pushes, so that no extra index is needed.
 * Why: docs/decisions/removal.md
 */
export async function trimCalls(store: Store, options: TrimOptions, nowMs: number): Promise<TrimStep> {
  const { beforeMs, secretKey, afterId, pushesMax } = options;
  if (afterId === '') await makeStatistics(store.writer);
  const page = await store.reader
    .knex('pushes')
    .where('id', '>', afterId)
    .where('id', '<', firstPushIdAt(beforeMs))
    .orderBy('id')
    .limit(pushesMax)
    .select<{ id: string; call_id: string }[]>('id', 'call_id');
  const callIds = [...new Set(page.map((push) => push.call_id))];
  const next = page.length < pushesMax ? undefined : page.at(-1)?.id;
  if (callIds.length === 0) return { afterId: next, calls: 0, pushes: 0, deliveries: 0, held: [] };
  const { preferIndexes } = dialects[store.writer.dialect];
  return inTransaction(store.writer, async (transaction) => {
    if (preferIndexes !== undefined) await transaction.raw(preferIndexes);
    // Locked in the same way as in a receiver: a push of such a call waits, and then finds the tombstone.
    const pastTime = transaction('calls').whereIn('id', callIds).where('last_received_at', '<', beforeMs);
    const old = await lockInOrder(store.writer, pastTime, 'id');
    const destinations = await readKnownDestinations(transaction);
    const ofOld = (): Knex.QueryBuilder =>
      transaction('deliveries').whereIn('destination', destinations).whereIn('call_id', old);
    await lockInOrder(store.writer, ofOld(), 'call_id');
    const owed = await ofOld().select<{ call_id: string; destination: string; state: DeliveryState }[]>(
      'call_id',
      'destination',
      'state',
    );
    const held = owed
      .filter(({ state }) => owedStates.includes(state))
      .map(({ call_id, destination }) => ({ callId: call_id, destination }));
    const heldIds = new Set(held.map(({ callId }) => callId));
    const ids = old.filter((id) => !heldIds.has(id));
    if (ids.length === 0) return { afterId: next, calls: 0, pushes: 0, deliveries: 0, held };
    await writeTombstones(store, transaction, ids, secretKey, nowMs);
    await transaction('attempts').whereIn('call_id', ids).delete();
    return {
      afterId: next,
      deliveries: await transaction('deliveries')
        .whereIn('destination', destinations)
        .whereIn('call_id', ids)
        .delete(),
      pushes: await transaction('pushes').whereIn('call_id', ids).delete(),
      calls: await transaction('calls').whereIn('id', ids).delete(),
      held,
    };
  });
}
