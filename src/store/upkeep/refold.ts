import type { Knex } from 'knex';
import { foldCall, type CallRecord } from '../../domain/fold.ts';
import { createJsonTexts } from '../rows/json-texts.ts';
import type { Push, PushWarning } from '../../domain/push.ts';
import type { Stage } from '../../domain/stage.ts';
import { dialects } from '../../database/dialect.ts';
import { markDue, type Destination, type RevisedCall } from '../deliveries.ts';
import { lockInOrder } from '../../database/lock-order.ts';
import { writeCalls, type NewPush } from '../pushes.ts';
import { isUnderId } from '../reused-ids.ts';
import { readPushes, readRevisions } from '../read-pushes.ts';
import type { Store } from '../store.ts';
import { inTransaction } from '../../database/transaction.ts';

/**
 * Reads a stored body again with today's parser. Undefined when the body cannot be read; then the first reading stays.
 */
export type RereadPush = (
  body: Uint8Array,
  pathStage: Stage | undefined,
) => Pick<NewPush, 'callId' | 'stage' | 'fields' | 'extra' | 'warnings'> | undefined;

/** A call as it is stored, and as today's parser reads it. */
export interface RefoldedCall {
  readonly before: CallRecord;
  readonly after: CallRecord;
  /** Pushes whose body could not be read again. */
  readonly unreadable: number;
  /**
   * Pushes that today's parser would store under another call id. They stay, because call ids are never computed again.
   */
  readonly misplaced: number;
}

/** One page of call ids, in order. */
export async function readCallIds(
  store: Store,
  filter: { callId?: string | undefined; sinceMs?: number | undefined },
  afterId: string,
  limit: number,
): Promise<string[]> {
  return store.reader
    .knex('calls')
    .where('id', '>', afterId)
    .modify((query) => {
      if (filter.callId !== undefined) void query.where('id', filter.callId);
      if (filter.sinceMs !== undefined) void query.where('last_received_at', '>=', filter.sinceMs);
    })
    .orderBy('id')
    .limit(limit)
    .pluck<string[]>('id');
}

/** Folds calls again with today's parser. Changes nothing. */
export async function previewRefold(
  store: Store,
  callIds: readonly string[],
  reread: RereadPush,
): Promise<RefoldedCall[]> {
  const { knex, dialect } = store.reader;
  // All reads see one state of the store. Otherwise a push that comes in between would look like a difference.
  return knex.transaction(async (transaction) => {
    return (await refoldCalls(transaction, callIds, reread)).refolded;
  }, dialects[dialect].oneView);
}

/**
 * Folds calls again with today's parser and stores the calls that differ under higher revisions. Their existing
 * deliveries become due, as after a push. Returns all calls, including those without a difference.
 */
export async function applyRefold(
  store: Store,
  callIds: readonly string[],
  reread: RereadPush,
  destinations: readonly Destination[],
  nowMs: number,
): Promise<RefoldedCall[]> {
  return inTransaction(store.writer, async (transaction) => {
    // Lock the calls, so that no push of them comes in between.
    await lockInOrder(store.writer, transaction('calls').whereIn('id', [...callIds]), 'id');
    const { refolded, rereadPushes } = await refoldCalls(transaction, callIds, reread);
    const changed = refolded.filter((call) => differs(call));
    const changedIds = changed.map((call) => call.after.id);
    for (const push of rereadPushes) {
      if (!changedIds.includes(push.callId)) continue;
      await transaction('pushes')
        .where({ id: push.id })
        .update({ stage: push.stage, parsed: createJsonTexts().parsed(push) });
    }
    const revisions = await readRevisions(transaction, changedIds);
    const revised = await writeCalls(
      store,
      transaction,
      changed.map((call) => call.after),
      revisions,
      nowMs,
    );
    await makeDeliveriesDue(store, transaction, revised, destinations, nowMs);
    return refolded;
  });
}

/** True when today's parser reads a call differently. */
export function differs({ before, after }: RefoldedCall): boolean {
  return JSON.stringify(sorted(before)) !== JSON.stringify(sorted(after));
}

async function refoldCalls(
  knex: Knex,
  callIds: readonly string[],
  reread: RereadPush,
): Promise<{ refolded: RefoldedCall[]; rereadPushes: (Push & Pick<NewPush, 'warnings'>)[] }> {
  const stored = await readPushes(knex, callIds);
  const bodies = await knex('pushes')
    .whereIn('call_id', [...callIds])
    .select<BodyRow[]>('id', 'path_stage', 'body', 'parsed');
  const bodyOf = new Map(bodies.map((row) => [row.id, row]));
  const before = new Map<string, CallRecord>();
  const rows = await knex('calls')
    .whereIn('id', [...callIds])
    .select<{ id: string; record: string }[]>('id', 'record');
  for (const row of rows) before.set(row.id, JSON.parse(row.record) as CallRecord);

  const rereadPushes: (Push & Pick<NewPush, 'warnings'>)[] = [];
  const unreadable = new Map<string, number>();
  const misplaced = new Map<string, number>();
  const byCall = new Map<string, Push[]>();
  for (const push of stored) {
    const kept = bodyOf.get(push.id);
    const reading = kept === undefined ? undefined : reread(kept.body, kept.path_stage ?? undefined);
    const ofCall = byCall.get(push.callId) ?? [];
    byCall.set(push.callId, ofCall);
    if (reading === undefined) {
      unreadable.set(push.callId, (unreadable.get(push.callId) ?? 0) + 1);
      ofCall.push(push);
      continue;
    }
    // Call id and content hash were made at receipt and are never computed again.
    const { callId, stage, fields, extra, warnings } = reading;
    if (!isUnderId(push.callId, callId)) misplaced.set(push.callId, (misplaced.get(push.callId) ?? 0) + 1);
    const again = { ...push, stage, fields, extra };
    ofCall.push(again);
    rereadPushes.push({ ...again, warnings: [...receiptWarnings(kept), ...warnings] });
  }
  const refolded: RefoldedCall[] = [];
  for (const [callId, pushes] of byCall) {
    const earlier = before.get(callId);
    if (earlier === undefined) continue;
    refolded.push({
      before: earlier,
      after: foldCall(pushes),
      unreadable: unreadable.get(callId) ?? 0,
      misplaced: misplaced.get(callId) ?? 0,
    });
  }
  return { refolded, rereadPushes };
}

interface BodyRow {
  id: string;
  path_stage: Stage | null;
  body: Uint8Array;
  parsed: string;
}

const receiptCodes: ReadonlySet<PushWarning['code']> = new Set(['decoded_as', 'repaired', 'id_reused']);

/**
 * The warnings that only the receipt could find: how the body was decoded or repaired, and whether the id was reused.
 */
function receiptWarnings(row: BodyRow | undefined): readonly PushWarning[] {
  if (row === undefined) return [];
  const { warnings = [] } = JSON.parse(row.parsed) as Partial<Pick<NewPush, 'warnings'>>;
  return warnings.filter(({ code }) => receiptCodes.has(code));
}

async function makeDeliveriesDue(
  store: Store,
  transaction: Knex.Transaction,
  revised: readonly RevisedCall[],
  destinations: readonly Destination[],
  nowMs: number,
): Promise<void> {
  for (const destination of destinations) {
    const owed = await transaction('deliveries')
      .where({ destination: destination.name })
      .whereIn(
        'call_id',
        revised.map(({ call }) => call.id),
      )
      .pluck<string[]>('call_id');
    const owedIds = new Set(owed);
    await markDue(
      store,
      transaction,
      revised.filter(({ call }) => owedIds.has(call.id)),
      [destination],
      nowMs,
    );
  }
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(
    entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, sorted(item)]),
  );
}
