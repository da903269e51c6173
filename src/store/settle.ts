import type { Upsert, UpsertNames } from '../database/database.ts';
import { noteAttempts, type AttemptOrigin, type AttemptOutcome } from './attempts.ts';
import { holdFence, type DeliveryState } from './deliveries.ts';
import { dialects } from '../database/dialect.ts';
import { lockInOrder } from '../database/lock-order.ts';
import { writeTogether } from '../database/together/write-together.ts';
import type { Store } from './store.ts';
import { inTransaction } from '../database/transaction.ts';

/** The result of an attempt at a delivery. */
export interface Settlement {
  readonly callId: string;
  /** The attempted revision. If the call has a newer one now, the delivery stays due. */
  readonly revision: number;
  readonly state: DeliveryState;
  /** For `due`: the time of the next attempt. For `delivered` and `skipped`: the time of a revisit for a late match. */
  readonly dueAtMs: number | undefined;
  /**
   * How many attempts failed in a row. For `due`, 0 means that a rule delays the delivery, at most until the next push.
   */
  readonly attempts: number;
  readonly code: string | undefined;
  readonly reason: string | undefined;
  readonly remedy: string | undefined;
  /** Undefined keeps the id of an earlier attempt. */
  readonly remoteId: string | undefined;
  /** JSON text. Undefined keeps the earlier trace. */
  readonly trace: string | undefined;
  /** True when the attempt was a revisit and is retried, so that the next attempt is a revisit too. */
  readonly isRevisitRetried?: boolean;
  /** The outcome to note among the attempts. Undefined for a success at the first attempt, which is not recorded. */
  readonly noted?: AttemptOutcome | undefined;
}

/**
 * Writes the results of a batch, unless another process has taken over the destination.
 *
 * @param fence the number of the lease under which the batch was read
 * @param origin which process made the attempt, and how long it took; for the recorded attempts
 * @returns false when the lease was lost; then nothing was written
 */
export async function settle(
  store: Store,
  destination: string,
  fence: number,
  settlements: readonly Settlement[],
  nowMs: number,
  origin: AttemptOrigin = { tookMs: 0, process: '' },
): Promise<boolean> {
  const { writer } = store;
  const isNoted = settlements.some(({ noted }) => noted !== undefined);
  const write = writeTogether[writer.dialect];
  // With row locks, a call could be removed between the look-up of its delivery and the write.
  if (write !== undefined && !dialects[writer.dialect].rowLocks && !isNoted) {
    const expected = {
      table: 'destinations',
      key: 'name',
      column: 'fence',
      rows: [[destination, fence]] as const,
    };
    const settled = { ...settledRows(destination, settlements, nowMs), existingOnly: true };
    return write(writer.knex, expected, [settled, removeSuspect(destination, fence)], 'settled_batch');
  }
  return inTransaction(writer, async (transaction) => {
    // The attempt has an outcome, so it did not end the process: remove the suspect.
    const held = await holdFence(transaction, destination, fence, { fence, suspect_call_id: null });
    if (!held) return false;
    const callIds = settlements.map(({ callId }) => callId);
    const rows = transaction('deliveries').where({ destination }).whereIn('call_id', callIds);
    // Do not recreate the delivery of a removed call.
    const owed = new Set(await lockInOrder(writer, rows, 'call_id'));
    const existing = settlements.filter(({ callId }) => owed.has(callId));
    await writer.upsert(transaction, settledRows(destination, existing, nowMs));
    if (isNoted) await noteAttempts(store, transaction, destination, existing, nowMs, origin);
    return true;
  });
}

/** Removes the suspect: the attempt has an outcome, so it did not end the process. */
function removeSuspect(destination: string, fence: number): Upsert {
  return {
    table: 'destinations',
    key: ['name'],
    columns: ['name', 'fence', 'suspect_call_id'],
    rows: [[destination, fence, null]],
  };
}

/**
 * The upsert that settles deliveries. If a push came during the attempt, the landed revision is outdated and the
 * delivery stays due. A failed delivery keeps the time of its next attempt, which takes the newest revision.
 */
function settledRows(destination: string, settlements: readonly Settlement[], nowMs: number): Upsert {
  return {
    table: 'deliveries',
    key: ['destination', 'call_id'],
    columns: [
      'destination',
      'call_id',
      'revision',
      'delivered_revision',
      'state',
      'due_at',
      'due_since',
      'attempts',
      'attempted_at',
      'code',
      'reason',
      'remedy',
      'remote_id',
      'trace',
      'revisit_revision',
    ],
    assign: {
      revision: ({ stored }) => stored('revision'),
      delivered_revision: ({ stored, incoming }) =>
        `CASE WHEN ${incoming('state')} = 'delivered' AND ` +
        `(${stored('delivered_revision')} IS NULL OR ${stored('delivered_revision')} < ${incoming('revision')}) ` +
        `THEN ${incoming('revision')} ELSE ${stored('delivered_revision')} END`,
      // Must come before due_at, because it reads the stored due_at.
      due_since: (names) =>
        `CASE WHEN ${outdated(names)} THEN ${orNow(names, 'due_at')} ` +
        `WHEN ${names.incoming('state')} = 'due' THEN ${orNow(names, 'due_since')} ELSE NULL END`,
      due_at: (names) =>
        `CASE WHEN ${outdated(names)} THEN ${orNow(names, 'due_at')} ELSE ${names.incoming('due_at')} END`,
      attempts: (names) =>
        `CASE WHEN ${outdated(names)} OR ${names.incoming('state')} IN ('delivered', 'skipped') THEN 0 ` +
        `ELSE ${names.incoming('attempts')} END`,
      state: (names) => `CASE WHEN ${outdated(names)} THEN 'due' ELSE ${names.incoming('state')} END`,
      remote_id: ({ stored, incoming }) => `COALESCE(${incoming('remote_id')}, ${stored('remote_id')})`,
      trace: ({ stored, incoming }) => `COALESCE(${incoming('trace')}, ${stored('trace')})`,
    },
    rows: settlements.map((settlement) => [
      destination,
      settlement.callId,
      settlement.revision,
      null,
      settlement.state,
      settlement.dueAtMs ?? null,
      null,
      settlement.attempts,
      nowMs,
      settlement.code ?? null,
      settlement.reason ?? null,
      settlement.remedy ?? null,
      settlement.remoteId ?? null,
      settlement.trace ?? null,
      settlement.isRevisitRetried === true ? settlement.revision : null,
    ]),
  };
}

function outdated({ stored, incoming }: UpsertNames): string {
  // With 0 attempts it did not fail: a rule delayed it, and that rule may not apply to the newer revision.
  const isBackingOff = `${incoming('state')} = 'due' AND ${incoming('attempts')} > 0`;
  return `(${stored('revision')} > ${incoming('revision')} AND NOT (${isBackingOff}))`;
}

function orNow({ stored, incoming }: UpsertNames, column: string): string {
  return `COALESCE(${stored(column)}, ${incoming('attempted_at')})`;
}
