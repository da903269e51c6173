import type { Upsert, UpsertNames } from '../database/database.ts';
import { holdFence, type DeliveryState } from './deliveries.ts';
import { dialects } from '../database/dialect.ts';
import { lockInOrder } from '../database/lock-order.ts';
import { upsertTogether } from '../database/sqlite-together.ts';
import type { Store } from './store.ts';
import { inTransaction } from '../database/transaction.ts';

/** What an attempt made of a delivery. */
export interface Settlement {
  readonly callId: string;
  /** The revision that was attempted. When the call has a newer one by now, the delivery stays due. */
  readonly revision: number;
  readonly state: DeliveryState;
  /** For `due`: when to try again. For `delivered` and `skipped`: when to look again for a late match. */
  readonly dueAtMs: number | undefined;
  /** How many attempts failed in a row. 0 for `due`: a rule holds it back, until the next push at most. */
  readonly attempts: number;
  readonly code: string | undefined;
  readonly reason: string | undefined;
  readonly remedy: string | undefined;
  /** Undefined keeps what an earlier attempt named. */
  readonly remoteId: string | undefined;
  /** JSON text. Undefined keeps the last one. */
  readonly trace: string | undefined;
}

/**
 * Writes what an attempt made of a batch, unless the destination was taken over meanwhile.
 *
 * @param fence the number of the lease under which the batch was taken
 * @returns false when the fence is gone: nothing was written
 */
export async function settle(
  store: Store,
  destination: string,
  fence: number,
  settlements: readonly Settlement[],
  nowMs: number,
): Promise<boolean> {
  const { writer } = store;
  if (dialects[writer.dialect].writesTogether) {
    const expected = {
      table: 'destinations',
      key: 'name',
      column: 'fence',
      rows: [[destination, fence]] as const,
    };
    const settled = { ...settledRows(destination, settlements, nowMs), existingOnly: true };
    return upsertTogether(writer.knex, 'settled_batch', expected, [settled, unsuspected(destination, fence)]);
  }
  return inTransaction(writer, async (transaction) => {
    // What was in hand has an outcome: the process did not end of it.
    const held = await holdFence(transaction, destination, fence, { fence, suspect_call_id: null });
    if (!held) return false;
    const callIds = settlements.map(({ callId }) => callId);
    const rows = transaction('deliveries').where({ destination }).whereIn('call_id', callIds);
    // A trimmed call's is not made again.
    const owed = new Set(await lockInOrder(writer, rows, 'call_id'));
    const standing = settlements.filter(({ callId }) => owed.has(callId));
    await writer.upsert(transaction, settledRows(destination, standing, nowMs));
    return true;
  });
}

/** What was in hand has an outcome: the process did not end of it. */
function unsuspected(destination: string, fence: number): Upsert {
  return {
    table: 'destinations',
    key: ['name'],
    columns: ['name', 'fence', 'suspect_call_id'],
    rows: [[destination, fence, null]],
  };
}

/**
 * Settles rows as they stand at that moment. Where a push came while the batch was away, what landed is already
 * old: that delivery stays due. One that failed keeps its time, and takes the newest revision by itself then.
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
    ],
    assign: {
      revision: ({ stored }) => stored('revision'),
      delivered_revision: ({ stored, incoming }) =>
        `CASE WHEN ${incoming('state')} = 'delivered' AND ` +
        `(${stored('delivered_revision')} IS NULL OR ${stored('delivered_revision')} < ${incoming('revision')}) ` +
        `THEN ${incoming('revision')} ELSE ${stored('delivered_revision')} END`,
      // Before due_at, which it reads.
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
    ]),
  };
}

function outdated({ stored, incoming }: UpsertNames): string {
  // Without an attempt it did not fail: a rule held it back, which may not hold for the newer revision.
  const isBackingOff = `${incoming('state')} = 'due' AND ${incoming('attempts')} > 0`;
  return `(${stored('revision')} > ${incoming('revision')} AND NOT (${isBackingOff}))`;
}

function orNow({ stored, incoming }: UpsertNames, column: string): string {
  return `COALESCE(${stored(column)}, ${incoming('attempted_at')})`;
}
