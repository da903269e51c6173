import { foldCall, type CallRecord } from '../domain/fold.ts';
import type { Push, PushWarning } from '../domain/push.ts';
import type { Stage } from '../domain/stage.ts';
import type { CurrentCalls } from './call-memory.ts';
import { findReusedIds, type MovedPush } from './reused-ids.ts';

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

/** New pushes with the calls that they change. */
export interface PushGroup {
  readonly fresh: readonly NewPush[];
  readonly answers: StoredPush[];
  readonly calls: readonly CallRecord[];
  /** All pushes of the changed calls, by call. */
  readonly pushesByCall: ReadonlyMap<string, readonly (Push | NewPush)[]>;
  /** The calls that were looked up. */
  readonly callIds: readonly string[];
  readonly current: CurrentCalls;
}

/** Where the present state of calls comes from. */
export interface GroupSource {
  readonly read: (callIds: readonly string[]) => Promise<CurrentCalls> | CurrentCalls;
  /** Finds the calls that were removed. */
  readonly findRemoved: (
    pushes: readonly NewPush[],
    current: CurrentCalls,
  ) => Promise<ReadonlySet<string>> | ReadonlySet<string>;
}

/** Sorts out which pushes are new, and folds their calls from all pushes. */
export async function formGroup(
  { read, findRemoved }: GroupSource,
  pushes: readonly NewPush[],
  callIds: readonly string[],
): Promise<PushGroup> {
  const current = await read(callIds);
  const { pushes: known } = current;
  const moved = findReusedIds(pushes, known);
  const own = moved.size === 0 ? pushes : pushes.map((push) => underOwnId(push, moved.get(push)));
  const movedIds = [...new Set([...moved.values()].map(({ callId }) => callId))];
  if (moved.size > 0) {
    const others = await read(movedIds);
    known.push(...others.pushes);
    for (const [id, revision] of others.revisions) current.revisions.set(id, revision);
    for (const [id, length] of others.lengths) current.lengths.set(id, length);
  }
  const { fresh, answers } = separateDuplicates(own, known, await findRemoved(own, current));
  for (const [index, push] of pushes.entries()) {
    const to = moved.get(push);
    const answer = answers[index];
    if (to !== undefined && answer !== undefined) answers[index] = { ...answer, moved: to };
  }
  const changed = new Set(fresh.map((push) => push.callId));
  const pushesByCall = groupByCall([...known, ...fresh].filter((push) => changed.has(push.callId)));
  const calls = [...pushesByCall.values()].map(foldCall);
  return { fresh, answers, calls, pushesByCall, callIds: [...callIds, ...movedIds], current };
}

function underOwnId(push: NewPush, moved: MovedPush | undefined): NewPush {
  if (moved === undefined) return push;
  return { ...push, callId: moved.callId, warnings: [...push.warnings, moved.warning] };
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

function groupByCall<P extends Push>(pushes: readonly P[]): Map<string, P[]> {
  const byCall = new Map<string, P[]>();
  for (const push of pushes) {
    const ofCall = byCall.get(push.callId);
    if (ofCall === undefined) byCall.set(push.callId, [push]);
    else ofCall.push(push);
  }
  return byCall;
}
