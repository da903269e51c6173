import type { Knex } from 'knex';
import type { Upsert } from '../database/database.ts';
import { foldCall, latestInstantMs, type CallRecord } from '../domain/fold.ts';
import type { Push, PushWarning } from '../domain/push.ts';
import type { SecretKeys } from './secret-keys.ts';
import { stages, type Stage } from '../domain/stage.ts';
import { dialects } from '../database/dialect.ts';
import { callRows } from './call-rows.ts';
import { dueDeliveries, type Destination, type RevisedCall } from './deliveries.ts';
import { inLockOrder, lockInOrder } from '../database/lock-order.ts';
import { upsertTogether } from '../database/sqlite-together.ts';
import { readStandingPushes } from './read-pushes.ts';
import type { Store } from './store.ts';
import { findReusedIds, type MovedPush } from './reused-ids.ts';
import { readRemoved } from './upkeep/tombstones.ts';
import { inTransaction } from '../database/transaction.ts';

// Half of the shortest retention, so that a sender with a wrong clock or time zone is still on the safe side.
const recentMs = 12 * 3_600_000;

/** A new push with the parts of its request that are kept. */
export interface NewPush extends Push {
  readonly warnings: readonly PushWarning[];
  /** The received body. It was read as JSON, so it is well-formed UTF-8 and its text is its bytes. */
  readonly body: string;
  /** The stage from the path, needed to read the body again. */
  readonly pathStage: Stage | undefined;
  /** Who sent it: the id of an OAuth client, or `fixed header`. Undefined for a push that is read again. */
  readonly sender?: string | undefined;
}

export interface StoredPush {
  /** For a duplicate: the id of the push that was stored first. */
  readonly pushId: string;
  readonly duplicate: boolean;
  /** Its call was removed or is full. Nothing was written, so the caller must keep the push elsewhere. */
  readonly setAside?: 'call_removed' | 'call_full';
  /** Set when another call already had its id: the id under which it was stored. */
  readonly moved?: MovedPush;
}

/** A call has about five pushes. Each push reads and folds its whole call, so an endless call would slow everything down. */
export const pushesOfCallMax = 1_000;

/**
 * Stores pushes in one transaction: adds the new ones, folds their calls from all pushes, raises the calls' revisions and
 * makes their deliveries due. Returns results in the given order.
 *
 * @param secretKeys the keys of the tombstones; without them removed calls are not looked up
 */
export async function storePushes(
  store: Store,
  pushes: readonly NewPush[],
  destinations: readonly Destination[],
  nowMs: number,
  secretKeys?: SecretKeys,
): Promise<StoredPush[]> {
  const { writer } = store;
  const callIds = [...new Set(pushes.map((push) => push.callId))];
  if (dialects[writer.dialect].writesTogether) {
    // Read without a lock. If another process changes a call meanwhile, its revision differs and nothing is written here.
    const group = await readGroup(store, writer.knex, pushes, callIds, nowMs, secretKeys);
    if (group.fresh.length === 0) return group.answers;
    const expected = {
      table: 'calls',
      key: 'id',
      column: 'revision',
      rows: group.calls.map(({ id }) => [id, group.revisions.get(id) ?? null] as const),
    };
    const upserts = upsertsOf(group, destinations, nowMs);
    if (await upsertTogether(writer.knex, 'push_group', expected, upserts)) return group.answers;
  }
  return inTransaction(writer, async (transaction) => {
    await lockCalls(store, transaction, callIds, nowMs);
    const group = await readGroup(store, transaction, pushes, callIds, nowMs, secretKeys);
    if (group.fresh.length === 0) return group.answers;
    const ordered = { ...group, calls: inLockOrder(group.calls, ({ id }) => id) };
    for (const upsert of upsertsOf(ordered, destinations, nowMs)) await writer.upsert(transaction, upsert);
    return group.answers;
  });
}

/** New pushes with the calls that they change. */
interface Group {
  readonly fresh: readonly NewPush[];
  readonly answers: StoredPush[];
  readonly calls: readonly CallRecord[];
  /** The current revisions of the calls. */
  readonly revisions: ReadonlyMap<string, number>;
}

async function readGroup(
  store: Store,
  knex: Knex,
  pushes: readonly NewPush[],
  callIds: readonly string[],
  nowMs: number,
  secretKeys: SecretKeys | undefined,
): Promise<Group> {
  const { pushes: known, revisions } = await readStandingPushes(store, knex, callIds);
  const moved = findReusedIds(pushes, known);
  const own = moved.size === 0 ? pushes : pushes.map((push) => underOwnId(push, moved.get(push)));
  if (moved.size > 0) {
    const ids = [...new Set([...moved.values()].map(({ callId }) => callId))];
    const others = await readStandingPushes(store, knex, ids);
    known.push(...others.pushes);
    for (const [id, revision] of others.revisions) revisions.set(id, revision);
  }
  const removed = await findRemoved(store, knex, own, revisions, nowMs, secretKeys);
  const { fresh, answers } = separateDuplicates(own, known, removed);
  for (const [index, push] of pushes.entries()) {
    const to = moved.get(push);
    const answer = answers[index];
    if (to !== undefined && answer !== undefined) answers[index] = { ...answer, moved: to };
  }
  const changed = new Set(fresh.map((push) => push.callId));
  const calls = foldByCall([...known, ...fresh].filter((push) => changed.has(push.callId)));
  return { fresh, answers, calls, revisions };
}

function underOwnId(push: NewPush, moved: MovedPush | undefined): NewPush {
  if (moved === undefined) return push;
  return { ...push, callId: moved.callId, warnings: [...push.warnings, moved.warning] };
}

function upsertsOf(group: Group, destinations: readonly Destination[], nowMs: number): Upsert[] {
  const revised = revise(group.calls, group.revisions, nowMs);
  return [
    {
      table: 'pushes',
      columns: [
        'id',
        'call_id',
        'stage',
        'content_hash',
        'received_at',
        'path_stage',
        'sender',
        'parsed',
        'body',
      ],
      key: ['id'],
      json: ['parsed'],
      binary: ['body'],
      rows: group.fresh.map((push) => [
        push.id,
        push.callId,
        push.stage,
        push.contentHash,
        push.receivedAtMs,
        push.pathStage ?? null,
        push.sender ?? null,
        parsedOf(push),
        push.body,
      ]),
    },
    callRows(revised),
    dueDeliveries(revised, destinations, nowMs),
  ];
}

/** Writes folded calls, each with a higher revision. */
export async function writeCalls(
  store: Store,
  transaction: Knex.Transaction,
  calls: readonly CallRecord[],
  revisions: ReadonlyMap<string, number>,
  nowMs: number,
): Promise<RevisedCall[]> {
  const revised = revise(calls, revisions, nowMs);
  await store.writer.upsert(transaction, callRows(revised));
  return revised;
}

/** Never lower than the clock, so that a store restored from a backup does not fall behind its reporting table. */
function revise(
  calls: readonly CallRecord[],
  revisions: ReadonlyMap<string, number>,
  nowMs: number,
): RevisedCall[] {
  return calls.map((call) => ({ call, revision: Math.max((revisions.get(call.id) ?? 0) + 1, nowMs) }));
}

/**
 * Takes the locks that keep two receivers from folding the same call at once. Missing rows are inserted first, and all rows
 * are locked in order of id, so that no two transactions wait for each other. SQLite needs no row locks: a transaction
 * takes its only lock when it begins.
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
    rows: inLockOrder(callIds, (id) => id).map((id) => [id, stages[0], 0, '', nowMs, nowMs]),
  });
  await lockInOrder(store.writer, transaction('calls').whereIn('id', callIds), 'id');
}

/**
 * Finds the calls that were removed. Called under their locks, so that a removal by another process cannot be missed. Most
 * pushes skip this query: the call is known, or the push names a recent time. A removed call was kept for at least a day,
 * so no push of it names a recent time.
 */
async function findRemoved(
  store: Store,
  knex: Knex,
  pushes: readonly NewPush[],
  revisions: ReadonlyMap<string, number>,
  nowMs: number,
  secretKeys: SecretKeys | undefined,
): Promise<ReadonlySet<string>> {
  if (secretKeys === undefined) return new Set();
  const isDoubtful = (push: NewPush): boolean =>
    !revisions.has(push.callId) && latestInstantMs(push) < nowMs - recentMs;
  const callIds = new Set(pushes.filter(isDoubtful).map((push) => push.callId));
  const removed = await readRemoved(knex, [...callIds], secretKeys);
  // Remove the rows that were only made for locking.
  if (removed.size > 0 && dialects[store.writer.dialect].rowLocks)
    await knex('calls')
      .whereIn('id', [...removed])
      .delete();
  return removed;
}

/** The parts of a read push that its row stores as JSON. */
export function parsedOf(
  push: Pick<NewPush, 'fields' | 'extra' | 'warnings'>,
): Pick<NewPush, 'fields' | 'extra' | 'warnings'> {
  return { fields: push.fields, extra: push.extra, warnings: push.warnings };
}

function separateDuplicates(
  pushes: readonly NewPush[],
  known: readonly Push[],
  removed: ReadonlySet<string>,
): { fresh: NewPush[]; answers: StoredPush[] } {
  const key = (push: Push): string => `${push.contentHash} ${push.callId}`;
  const ids = new Map<string, string>();
  const counts = new Map<string, number>();
  const add = (push: Push): void => {
    ids.set(key(push), push.id);
    counts.set(push.callId, (counts.get(push.callId) ?? 0) + 1);
  };
  known.forEach(add);
  const fresh: NewPush[] = [];
  const answers = pushes.map((push): StoredPush => {
    const earlier = ids.get(key(push));
    if (earlier !== undefined) return { pushId: earlier, duplicate: true };
    const notStored = { pushId: push.id, duplicate: false };
    if (removed.has(push.callId)) return { ...notStored, setAside: 'call_removed' };
    if ((counts.get(push.callId) ?? 0) >= pushesOfCallMax) return { ...notStored, setAside: 'call_full' };
    add(push);
    fresh.push(push);
    return notStored;
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
