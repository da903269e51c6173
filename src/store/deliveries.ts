import type { Knex } from 'knex';
import type { Upsert } from '../database/database.ts';
import type { CallRecord } from '../domain/fold.ts';
import type { JsonValue } from '../domain/jet-fields.ts';
import type { Stage } from '../domain/stage.ts';
import { isTestCall } from '../domain/test-call.ts';
import { inLockOrder, lockInOrder } from '../database/lock-order.ts';
import type { Store } from './store.ts';
import { inTransaction } from '../database/transaction.ts';

/** The facts about an enabled adapter that the store needs. */
export interface Destination {
  readonly name: string;
  /** The stages that land at once. Other stages wait for `settleAfterMs`. */
  readonly stages: readonly Stage[];
  readonly settleAfterMs: number;
  /** True for the one destination that takes the calls of `npm run ping`. */
  readonly takesTestCalls?: boolean;
  /** False: a call lands once, and no later revision is delivered. Undefined: it takes updates. */
  readonly takesUpdates?: boolean;
}

/** A call with its new revision. */
export interface RevisedCall {
  readonly call: CallRecord;
  readonly revision: number;
}

export type DeliveryState = 'due' | 'delivered' | 'skipped' | 'rejected' | 'exhausted';

export const deliveryStates: readonly DeliveryState[] = [
  'due',
  'delivered',
  'skipped',
  'rejected',
  'exhausted',
];

/** The condition of the index on deliveries by state, in its exact words, because SQLite uses the index only then. */
export const inRestingIndex = `deliveries.state IN ('skipped', 'rejected', 'exhausted')`;

/** Makes deliveries due for calls with new revisions. */
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
 * The upsert that makes deliveries due for calls with new revisions. A settled delivery, or one that a rule delays, becomes
 * due now. A delivery that backs off after an error keeps its time, because that attempt takes the newest revision.
 */
export function dueDeliveries(
  revised: readonly RevisedCall[],
  destinations: readonly Destination[],
  nowMs: number,
): Upsert {
  const rows = destinations.flatMap((destination) =>
    takenBy(destination, revised).map(({ call, revision }) => {
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

function takenBy({ takesTestCalls }: Destination, revised: readonly RevisedCall[]): readonly RevisedCall[] {
  return takesTestCalls === true ? revised : revised.filter(({ call }) => !isTestCall(call.id));
}

/** A due delivery with the current call. */
export interface DueDelivery {
  readonly call: CallRecord;
  readonly revision: number;
  readonly remoteId: string | undefined;
  /** How many attempts were made since the delivery became due. */
  readonly attempts: number;
  /** True when an adapter ever attempted it. The outcome of that attempt may be unknown. */
  readonly attemptedBefore: boolean;
  readonly dueSinceMs: number;
  /**
   * True when the delivery was settled, and is due only because the adapter asked for a revisit. It stays true while the
   * revisit is retried and the call does not change.
   */
  readonly isRevisit: boolean;
  /** The last revision that landed. Undefined when none has landed. */
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
  revisit_revision: number | null;
}

/** The due deliveries of a destination, those with the earliest due time first. */
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
      'deliveries.revisit_revision',
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
    // Every other reason makes the state `due`.
    isRevisit: row.state !== 'due' || row.revisit_revision === row.revision,
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
 * Notes the first attempts of a batch before the batch is sent. A process that dies while it writes settles nothing, so
 * some destinations must know that an earlier outcome may be unknown. This does not count as an attempt, because the whole
 * destination may be unreachable.
 *
 * @returns false when the lease was lost; then nothing was written
 */
export async function noteFirstAttempts(
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

/** True while this process holds the lease. The check is a write, so the row is locked and nobody can take over until commit. */
export async function holdFence(
  transaction: Knex.Transaction,
  destination: string,
  fence: number,
  noted: { fence: number; suspect_call_id?: null } = { fence },
): Promise<boolean> {
  return (await transaction('destinations').where({ name: destination, fence }).update(noted)) > 0;
}
