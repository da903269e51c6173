import type { Knex } from 'knex';
import { foldCall, latestInstantMs, type CallRecord } from '../domain/fold.ts';
import type { Push, PushWarning } from '../domain/push.ts';
import { stages, type Stage } from '../domain/stage.ts';
import { dialects } from './dialect.ts';
import { markDue, type Destination, type RevisedCall } from './deliveries.ts';
import type { Store } from './store.ts';
import { readRemoved } from './tombstones.ts';
import { inTransaction } from './transaction.ts';

// Half of the shortest retention: times of a sender whose clock or zone is set wrong stay on the safe side.
const recentMs = 12 * 3_600_000;

/** A push that was just read, with what is kept of its request. */
export interface NewPush extends Push {
  readonly warnings: readonly PushWarning[];
  /** The body as it came. It was read as JSON, so it is well-formed UTF-8 and its text is its bytes. */
  readonly body: string;
  /** The stage that the path gave, for reading the body again. */
  readonly pathStage: Stage | undefined;
}

export interface StoredPush {
  /** Of a repeat: the id of the push that was stored the first time. */
  readonly pushId: string;
  readonly duplicate: boolean;
  /** Its call was removed. Nothing was written: the push is to be kept elsewhere. */
  readonly removed?: true;
}

/**
 * Stores pushes in one transaction: appends those that are new, folds their calls again from all their pushes,
 * raises the calls' revisions and marks their deliveries due. Answers in the order given.
 *
 * @param secretKey for the tombstones of calls that were removed; without it they are not looked at
 */
export async function storePushes(
  store: Store,
  pushes: readonly NewPush[],
  destinations: readonly Destination[],
  nowMs: number,
  secretKey?: string,
): Promise<StoredPush[]> {
  const { writer } = store;
  return inTransaction(writer, async (transaction) => {
    const callIds = [...new Set(pushes.map((push) => push.callId))].sort();
    await lockCalls(store, transaction, callIds, nowMs);
    const { pushes: known, revisions } = await readStanding(transaction, callIds);
    const removed = await findRemoved(store, transaction, pushes, revisions, nowMs, secretKey);
    const { fresh, answers } = separateRepeats(pushes, known, removed);
    if (fresh.length === 0) return answers;
    await writer.upsert(transaction, {
      table: 'pushes',
      columns: ['id', 'call_id', 'stage', 'content_hash', 'received_at', 'path_stage', 'parsed', 'body'],
      key: ['id'],
      json: ['parsed'],
      binary: ['body'],
      rows: fresh.map((push) => [
        push.id,
        push.callId,
        push.stage,
        push.contentHash,
        push.receivedAtMs,
        push.pathStage ?? null,
        parsedOf(push),
        push.body,
      ]),
    });
    const changed = new Set(fresh.map((push) => push.callId));
    const calls = foldByCall([...known, ...fresh].filter((push) => changed.has(push.callId)));
    const revised = await writeCalls(store, transaction, calls, revisions, nowMs);
    await markDue(store, transaction, revised, destinations, nowMs);
    return answers;
  });
}

/** Writes folded calls under a greater revision each. */
export async function writeCalls(
  store: Store,
  transaction: Knex.Transaction,
  calls: readonly CallRecord[],
  revisions: ReadonlyMap<string, number>,
  nowMs: number,
): Promise<RevisedCall[]> {
  // Not below the clock, so that a store restored from a back-up does not fall behind its own reporting table.
  const revised = calls.map((call) => ({
    call,
    revision: Math.max((revisions.get(call.id) ?? 0) + 1, nowMs),
  }));
  await store.writer.upsert(transaction, {
    table: 'calls',
    columns: ['id', 'stage', 'revision', 'record', 'first_received_at', 'last_received_at'],
    key: ['id'],
    json: ['record'],
    rows: revised.map(({ call, revision }) => [
      call.id,
      call.stage,
      revision,
      call,
      call.firstReceivedAtMs,
      call.lastReceivedAtMs,
    ]),
  });
  return revised;
}

/**
 * Takes the locks that keep two receivers from folding one call at once. Rows that are missing are inserted
 * first and all are locked in order of id, so that no two transactions wait for each other in a circle.
 * SQLite has one lock, which a transaction takes when it begins.
 */
async function lockCalls(
  store: Store,
  transaction: Knex.Transaction,
  callIds: readonly string[],
  nowMs: number,
): Promise<void> {
  if (!dialects[store.writer.dialect].rowLocks) return;
  await store.writer.upsert(transaction, {
    table: 'calls',
    columns: ['id', 'stage', 'revision', 'record', 'first_received_at', 'last_received_at'],
    key: ['id'],
    assign: Object.fromEntries(
      ['stage', 'revision', 'record', 'first_received_at', 'last_received_at'].map((column) => [
        column,
        ({ stored }: { stored: (name: string) => string }) => stored(column),
      ]),
    ),
    rows: callIds.map((id) => [id, stages[0], 0, '', nowMs, nowMs]),
  });
  await transaction('calls').select('id').whereIn('id', callIds).orderBy('id').forUpdate();
}

/**
 * Those of the pushes' calls that were removed. It is asked under their locks, so that a removal in another process
 * was either seen as a call or is seen here. Nearly every push is spared the question: its call is known, or it
 * names a moment of late, which no push of a call that was kept for a day does.
 */
async function findRemoved(
  store: Store,
  transaction: Knex.Transaction,
  pushes: readonly NewPush[],
  revisions: ReadonlyMap<string, number>,
  nowMs: number,
  secretKey: string | undefined,
): Promise<ReadonlySet<string>> {
  if (secretKey === undefined) return new Set();
  const isDoubtful = (push: NewPush): boolean =>
    !revisions.has(push.callId) && latestInstantMs(push) < nowMs - recentMs;
  const callIds = new Set(pushes.filter(isDoubtful).map((push) => push.callId));
  const removed = await readRemoved(transaction, [...callIds], secretKey);
  // The rows that were made to be locked.
  if (removed.size > 0 && dialects[store.writer.dialect].rowLocks)
    await transaction('calls')
      .whereIn('id', [...removed])
      .delete();
  return removed;
}

interface PushRow {
  id: string;
  call_id: string;
  stage: Stage;
  content_hash: string;
  received_at: number;
  parsed: string;
}

/** All pushes of some calls. */
export async function readPushes(knex: Knex, callIds: readonly string[]): Promise<Push[]> {
  const rows = await knex('pushes')
    .select<PushRow[]>('id', 'call_id', 'stage', 'content_hash', 'received_at', 'parsed')
    .whereIn('call_id', callIds);
  return rows.map(pushOf);
}

/** All pushes of some calls, and the revisions of those calls that have any. */
async function readStanding(
  knex: Knex,
  callIds: readonly string[],
): Promise<{ pushes: Push[]; revisions: Map<string, number> }> {
  const rows = await knex('pushes')
    .join('calls', 'calls.id', 'pushes.call_id')
    .select<(PushRow & { revision: number })[]>(
      'pushes.id',
      'pushes.call_id',
      'pushes.stage',
      'pushes.content_hash',
      'pushes.received_at',
      'pushes.parsed',
      'calls.revision',
    )
    .whereIn('pushes.call_id', callIds);
  return {
    pushes: rows.map(pushOf),
    revisions: new Map(rows.map((row) => [row.call_id, row.revision])),
  };
}

function pushOf(row: PushRow): Push {
  const parsed = JSON.parse(row.parsed) as Pick<NewPush, 'fields' | 'extra'>;
  return {
    id: row.id,
    callId: row.call_id,
    stage: row.stage,
    contentHash: row.content_hash,
    receivedAtMs: row.received_at,
    fields: parsed.fields,
    extra: parsed.extra,
  };
}

/** What a push's row keeps of its reading. */
export function parsedOf(
  push: Pick<NewPush, 'fields' | 'extra' | 'warnings'>,
): Pick<NewPush, 'fields' | 'extra' | 'warnings'> {
  return { fields: push.fields, extra: push.extra, warnings: push.warnings };
}

export async function readRevisions(knex: Knex, callIds: readonly string[]): Promise<Map<string, number>> {
  const rows = await knex('calls')
    .select<{ id: string; revision: number }[]>('id', 'revision')
    .whereIn('id', callIds);
  return new Map(rows.map((row) => [row.id, row.revision]));
}

function separateRepeats(
  pushes: readonly NewPush[],
  known: readonly Push[],
  removed: ReadonlySet<string>,
): { fresh: NewPush[]; answers: StoredPush[] } {
  const key = (push: Push): string => `${push.contentHash} ${push.callId}`;
  const ids = new Map(known.map((push) => [key(push), push.id]));
  const fresh: NewPush[] = [];
  const answers = pushes.map((push): StoredPush => {
    const earlier = ids.get(key(push));
    if (earlier !== undefined) return { pushId: earlier, duplicate: true };
    if (removed.has(push.callId)) return { pushId: push.id, duplicate: false, removed: true };
    ids.set(key(push), push.id);
    fresh.push(push);
    return { pushId: push.id, duplicate: false };
  });
  return { fresh, answers };
}

function foldByCall(pushes: readonly Push[]): CallRecord[] {
  const byCall = new Map<string, Push[]>();
  for (const push of pushes) {
    const ofCall = byCall.get(push.callId);
    if (ofCall === undefined) byCall.set(push.callId, [push]);
    else ofCall.push(push);
  }
  return [...byCall.values()].map(foldCall);
}
