import type { Knex } from 'knex';
import type { Upsert } from '../database/database.ts';
import { latestInstantMs, type CallRecord } from '../domain/fold.ts';
import { createJsonTexts, type JsonTexts } from './rows/json-texts.ts';
import type { SecretKeys } from './secret-keys.ts';
import { stages } from '../domain/stage.ts';
import { dialects } from '../database/dialect.ts';
import { callRows } from './rows/call-rows.ts';
import { dueDeliveries, type Destination, type RevisedCall } from './deliveries.ts';
import { inLockOrder, lockInOrder } from '../database/lock-order.ts';
import type { WriteTogether } from '../database/together/expected.ts';
import { writeTogether } from '../database/together/write-together.ts';
import type { CallMemory, CurrentCalls } from './call-memory.ts';
import { formGroup, type GroupSource, type NewPush, type PushGroup, type StoredPush } from './push-group.ts';
import { readCurrentCalls } from './read-pushes.ts';
import type { Store } from './store.ts';
import { readRemoved, tombstonesOf } from './upkeep/tombstones.ts';
import { inTransaction } from '../database/transaction.ts';

// Half of the shortest retention, so that a sender's wrong clock or time zone does no harm.
const recentMs = 12 * 3_600_000;

export type { NewPush, StoredPush } from './push-group.ts';

/**
 * Stores pushes in one transaction: adds the new ones, folds their calls from all pushes, raises the calls' revisions
 * and makes their deliveries due. Returns results in the given order.
 *
 * @param secretKeys the keys of the tombstones; without them removed calls are not looked up
 * @param memory saves most reads where one statement can write a group; each inbox has its own
 */
export async function storePushes(
  store: Store,
  pushes: readonly NewPush[],
  destinations: readonly Destination[],
  nowMs: number,
  secretKeys?: SecretKeys,
  memory?: CallMemory,
): Promise<StoredPush[]> {
  const callIds = [...new Set(pushes.map((push) => push.callId))];
  const texts = createJsonTexts();
  const work = { store, pushes, callIds, destinations, nowMs, secretKeys, texts };
  const write = writeTogether[store.writer.dialect];
  if (write !== undefined) {
    const answers = await storeTogether(work, write, memory);
    if (answers !== undefined) return answers;
  }
  return inTransaction(store.writer, async (transaction) => {
    await lockCalls(store, transaction, callIds, nowMs);
    const { read, findRemoved } = storedState(work, transaction);
    const findLocked: GroupSource['findRemoved'] = async (own, current) => {
      const removed = await findRemoved(own, current);
      await removeLockRows(store, transaction, removed);
      return removed;
    };
    const group = await formGroup({ read, findRemoved: findLocked }, pushes, callIds);
    if (group.fresh.length === 0) return group.answers;
    const revised = reviseGroup(group, work);
    for (const upsert of upsertsOf(group, revised, work)) await store.writer.upsert(transaction, upsert);
    return group.answers;
  });
}

/** The pushes to store, with the dependencies of the work. */
interface Work {
  readonly store: Store;
  readonly pushes: readonly NewPush[];
  readonly callIds: readonly string[];
  readonly destinations: readonly Destination[];
  readonly nowMs: number;
  readonly secretKeys: SecretKeys | undefined;
  readonly texts: JsonTexts;
}

/**
 * Stores a group in one statement, which writes only if each call still has the revision from which the group was
 * formed. The first attempt reads only the memory and treats every other call as new. The second attempt reads the
 * store without a lock.
 *
 * @returns undefined when a call changed between the second read and the write, or PostgreSQL refuses a value; nothing was
 *   written
 */
async function storeTogether(
  work: Work,
  writeGroup: WriteTogether,
  memory: CallMemory | undefined,
): Promise<StoredPush[] | undefined> {
  const { store, pushes, callIds, nowMs, secretKeys, texts } = work;
  const write = async (group: PushGroup, absent: readonly string[]): Promise<boolean> => {
    const { revisions } = group.current;
    const expected = {
      table: 'calls',
      key: 'id',
      column: 'revision',
      rows: group.callIds.map((id) => [id, revisions.get(id) ?? null] as const),
      absent: { table: 'tombstones', key: 'hash', values: absent },
    };
    const revised = reviseGroup(group, work);
    const upserts = upsertsOf(group, revised, work);
    if (!(await writeGroup(store.writer.knex, expected, upserts, 'push_group'))) return false;
    if (memory !== undefined) keepCalls(memory, group, revised, texts);
    return true;
  };
  if (memory !== undefined) {
    const remembered = { read: (ids: readonly string[]) => memory.recall(ids), findRemoved: () => nothing };
    const group = await formGroup(remembered, pushes, callIds);
    const doubtful = secretKeys === undefined ? [] : doubtfulIds(group.fresh, group.current, nowMs);
    const absent = secretKeys === undefined ? [] : tombstonesOf(doubtful, secretKeys);
    if (group.fresh.length > 0 && (await write(group, absent))) return group.answers;
    memory.forget(group.callIds);
  }
  const group = await formGroup(storedState(work, store.writer.knex), pushes, callIds);
  return group.fresh.length === 0 || (await write(group, [])) ? group.answers : undefined;
}

const nothing: ReadonlySet<string> = new Set();

function keepCalls(
  memory: CallMemory,
  group: PushGroup,
  revised: readonly RevisedCall[],
  texts: JsonTexts,
): void {
  const lengths = new Map(group.current.lengths);
  for (const { callId, body } of group.fresh) lengths.set(callId, (lengths.get(callId) ?? 0) + body.length);
  for (const { call, revision } of revised) {
    const pushes = (group.pushesByCall.get(call.id) ?? []).map(texts.push);
    memory.keep({ callId: call.id, revision, pushes, length: lengths.get(call.id) ?? 0 });
  }
}

/** The present state of calls, read from the store. */
function storedState(work: Work, knex: Knex): GroupSource {
  return {
    read: (callIds) => readCurrentCalls(work.store, knex, callIds),
    findRemoved: (pushes, current) => findRemoved(work, knex, pushes, current),
  };
}

function upsertsOf(
  group: PushGroup,
  revised: readonly RevisedCall[],
  { destinations, nowMs, texts }: Work,
): Upsert[] {
  return [
    callRows(revised, texts),
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
      long: ['parsed'],
      binary: ['body'],
      rows: group.fresh.map((push) => [
        push.id,
        push.callId,
        push.stage,
        push.contentHash,
        push.receivedAtMs,
        push.pathStage ?? null,
        push.sender ?? null,
        texts.parsed(push),
        push.body,
      ]),
    },
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
  await store.writer.upsert(transaction, callRows(revised, createJsonTexts()));
  return revised;
}

/** Revises the calls of a group, in the order in which their rows are locked. */
function reviseGroup({ calls, current }: PushGroup, { store, nowMs }: Work): RevisedCall[] {
  const { rowLocks } = dialects[store.writer.dialect];
  return revise(rowLocks ? inLockOrder(calls, ({ id }) => id) : calls, current.revisions, nowMs);
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
 * Takes the locks that keep two receivers from folding the same call at once. Missing rows are inserted first, and all
 * rows are locked in order of id, so that no two transactions wait for each other. SQLite needs no row locks: a
 * transaction takes its only lock when it begins.
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
    // The rows that exist are locked and not written. An update to the same values would write each call twice.
    when: () => 'false',
    rows: inLockOrder(callIds, (id) => id).map((id) => [id, stages[0], 0, '', nowMs, nowMs]),
  });
  await lockInOrder(store.writer, transaction('calls').whereIn('id', callIds), 'id');
}

/**
 * Finds the calls that were removed. It runs under their locks, or before a write that checks their revisions, so that a
 * removal by another process cannot be missed. Most pushes skip this query: the call is known, or the push names a recent
 * time. A removed call was kept for at least a day, so no push of it names a recent time.
 */
async function findRemoved(
  { nowMs, secretKeys }: Work,
  knex: Knex,
  pushes: readonly NewPush[],
  current: CurrentCalls,
): Promise<ReadonlySet<string>> {
  if (secretKeys === undefined) return nothing;
  return readRemoved(knex, doubtfulIds(pushes, current, nowMs), secretKeys);
}

/** Removes the rows of removed calls that were only made for locking. */
async function removeLockRows(
  store: Store,
  transaction: Knex.Transaction,
  removed: ReadonlySet<string>,
): Promise<void> {
  if (removed.size === 0 || !dialects[store.writer.dialect].rowLocks) return;
  await transaction('calls')
    .whereIn('id', [...removed])
    .delete();
}

/** The calls that may have been removed: unknown calls whose pushes name no recent time. */
function doubtfulIds(pushes: readonly NewPush[], { revisions }: CurrentCalls, nowMs: number): string[] {
  const isDoubtful = (push: NewPush): boolean =>
    !revisions.has(push.callId) && latestInstantMs(push) < nowMs - recentMs;
  return [...new Set(pushes.filter(isDoubtful).map((push) => push.callId))];
}
