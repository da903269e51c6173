import type { Knex } from 'knex';
import type { Upsert } from '../database/database.ts';
import type { CallRecord } from '../domain/fold.ts';
import type { JsonValue } from '../domain/jet-fields.ts';
import type { Stage } from '../domain/stage.ts';
import { inLockOrder, lockInOrder } from '../database/lock-order.ts';
import type { Store } from './store.ts';
import { inTransaction } from '../database/transaction.ts';

/** What the store knows of an enabled adapter. */
export interface Destination {
  readonly name: string;
  /** The stages that are worth a landing; others wait for `settleAfterMs`. */
  readonly stages: readonly Stage[];
  readonly settleAfterMs: number;
}

/** A call under its new revision. */
export interface RevisedCall {
  readonly call: CallRecord;
  readonly revision: number;
}

export type DeliveryState = 'due' | 'delivered' | 'skipped' | 'rejected' | 'exhausted';

/** Marks that destinations should show newer revisions. */
export async function markDue(
  store: Store,
  transaction: Knex.Transaction,
  revised: readonly RevisedCall[],
  destinations: readonly Destination[],
  nowMs: number,
): Promise<void> {
  const ordered = inLockOrder(revised, ({ call }) => call.id);
  await store.writer.upsert(transaction, dueDeliveries(ordered, destinations, nowMs));
}

/**
 * What marks that destinations should show newer revisions. A delivery that rests or that a rule holds back becomes
 * due now. One that is backing off after an error keeps its time, since it takes the newest revision when that comes.
 */
export function dueDeliveries(
  revised: readonly RevisedCall[],
  destinations: readonly Destination[],
  nowMs: number,
): Upsert {
  const rows = destinations.flatMap((destination) =>
    revised.map(({ call, revision }) => {
      const dueAtMs = destination.stages.includes(call.stage) ? nowMs : nowMs + destination.settleAfterMs;
      return [destination.name, call.id, revision, dueAtMs, dueAtMs, 0, 'due'];
    }),
  );
  const backingOff = (stored: (column: string) => string): string =>
    `${stored('state')} = 'due' AND ${stored('attempts')} > 0`;
  return {
    table: 'deliveries',
    columns: ['destination', 'call_id', 'revision', 'due_at', 'due_since', 'attempts', 'state'],
    key: ['destination', 'call_id'],
    assign: {
      due_at: ({ stored, incoming }) =>
        `CASE WHEN ${backingOff(stored)} THEN ${stored('due_at')} ELSE ${incoming('due_at')} END`,
      due_since: ({ stored, incoming }) =>
        `CASE WHEN ${backingOff(stored)} THEN ${stored('due_since')} ELSE ${incoming('due_since')} END`,
      attempts: ({ stored }) => `CASE WHEN ${stored('state')} = 'due' THEN ${stored('attempts')} ELSE 0 END`,
      state: () => `'due'`,
    },
    rows,
  };
}

/** A delivery that is due, with the call as it stands. */
export interface DueDelivery {
  readonly call: CallRecord;
  readonly revision: number;
  readonly remoteId: string | undefined;
  /** How many attempts were made since it became due. */
  readonly attempts: number;
  /** True when it was in some adapter's hands before, however long ago: what became of that may be unknown. */
  readonly attemptedBefore: boolean;
  readonly dueSinceMs: number;
  /** True when it was settled, and is due since the adapter asked to look again. */
  readonly isRevisit: boolean;
  /** The revision that landed last. Undefined: none has. */
  readonly landedRevision: number | undefined;
  /** The trace of the last landing. */
  readonly landedTrace: JsonValue | undefined;
}

interface DueRow {
  state: DeliveryState;
  revision: number;
  record: string;
  remote_id: string | null;
  attempts: number;
  attempted_at: number | null;
  due_since: number | null;
  delivered_revision: number | null;
  trace: string | null;
}

/** The deliveries of a destination that are due, the longest due first. */
export async function readDue(
  store: Store,
  destination: string,
  limit: number,
  nowMs: number,
): Promise<DueDelivery[]> {
  const rows = await store.reader
    .knex('deliveries')
    .join('calls', 'calls.id', 'deliveries.call_id')
    .select<DueRow[]>(
      'calls.revision',
      'calls.record',
      'deliveries.state',
      'deliveries.remote_id',
      'deliveries.attempts',
      'deliveries.attempted_at',
      'deliveries.due_since',
      'deliveries.delivered_revision',
      'deliveries.trace',
    )
    .where('deliveries.destination', destination)
    .where('deliveries.due_at', '<=', nowMs)
    .orderBy('deliveries.due_at')
    .limit(limit);
  return rows.map((row) => ({
    call: JSON.parse(row.record) as CallRecord,
    revision: row.revision,
    remoteId: row.remote_id ?? undefined,
    attempts: row.attempts,
    attemptedBefore: row.attempted_at !== null,
    dueSinceMs: row.due_since ?? nowMs,
    // Any other reason to look again makes the state `due`.
    isRevisit: row.state !== 'due',
    landedRevision: row.delivered_revision ?? undefined,
    landedTrace: row.trace === null ? undefined : (JSON.parse(row.trace) as JsonValue),
  }));
}

/** When the next delivery of a destination is due, in epoch milliseconds. */
export async function readNextDueMs(store: Store, destination: string): Promise<number | undefined> {
  const row = await store.reader
    .knex('deliveries')
    .where({ destination })
    .whereNotNull('due_at')
    .min<{ next: number | null }[]>({ next: 'due_at' });
  return row[0]?.next ?? undefined;
}

/**
 * Notes before an attempt what may land now for the first time, for destinations that must know whether an earlier
 * outcome may be unknown: a process that dies in mid-write settles nothing. It counts no attempt, since the destination
 * as a whole may be away.
 *
 * @returns false when the fence is gone: nothing was written
 */
export async function noteInHand(
  store: Store,
  destination: string,
  fence: number,
  callIds: readonly string[],
  nowMs: number,
): Promise<boolean> {
  return inTransaction(store.writer, async (transaction) => {
    if (!(await holdFence(transaction, destination, fence))) return false;
    const notLanded = transaction('deliveries')
      .where({ destination, delivered_revision: null })
      .whereIn('call_id', callIds);
    const ids = await lockInOrder(store.writer, notLanded, 'call_id');
    await transaction('deliveries')
      .where({ destination })
      .whereIn('call_id', ids)
      .update({ attempted_at: nowMs });
    return true;
  });
}

/** True while the lease is still ours. It is a write, so the row is held: no other may take over until commit. */
export async function holdFence(
  transaction: Knex.Transaction,
  destination: string,
  fence: number,
  noted: { fence: number; suspect_call_id?: null } = { fence },
): Promise<boolean> {
  return (await transaction('destinations').where({ name: destination, fence }).update(noted)) > 0;
}
