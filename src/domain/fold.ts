import type { CallFields, JsonValue } from './jet-fields.ts';
import type { Push } from './push.ts';
import { stageRank, type Stage } from './stage.ts';

/** One phone call as all its pushes tell it. Nothing in it depends on settings. */
export interface CallRecord {
  readonly id: string;
  readonly direction: Direction;
  /** The furthest stage that was pushed. */
  readonly stage: Stage;
  readonly fields: CallFields;
  readonly extra: Readonly<Record<string, JsonValue>>;
  /** When the answered push arrived that counts (of several, the one that names the latest instant). */
  readonly answerReceivedAtMs: number | undefined;
  readonly firstReceivedAtMs: number;
  readonly lastReceivedAtMs: number;
}

export type Direction = 'inbound' | 'outbound';

/**
 * Folds a call's pushes into the call. Pure: the order in which they are given, and repeats, change nothing.
 *
 * Pushes count in order of stage, then of the latest instant that they name, then of how many fields hold a
 * value, then of content hash. A later one replaces field by field; a field without a value replaces nothing.
 *
 * @param pushes at least one, all of the same call
 */
export function foldCall(pushes: readonly Push[]): CallRecord {
  const ordered = pushes.length === 1 ? pushes : [...pushes].sort(comparePushes);
  const last = ordered.at(-1);
  if (last === undefined) throw new RangeError('A call has at least one push');
  const fields: CallFields = {};
  const extra: Record<string, JsonValue> = {};
  let answered: Push | undefined;
  let firstReceivedAtMs = Infinity;
  let lastReceivedAtMs = -Infinity;
  for (const push of ordered) {
    Object.assign(fields, push.fields);
    Object.assign(extra, push.extra);
    // Two copies of one push differ in nothing but their receipt: the first receipt is the one that counts.
    if (push.stage === 'call_answered' && push.contentHash !== answered?.contentHash) answered = push;
    firstReceivedAtMs = Math.min(firstReceivedAtMs, push.receivedAtMs);
    lastReceivedAtMs = Math.max(lastReceivedAtMs, push.receivedAtMs);
  }
  return {
    id: last.callId,
    direction: last.stage === 'call_end_outbound' ? 'outbound' : 'inbound',
    stage: last.stage,
    fields,
    extra,
    answerReceivedAtMs: answered?.receivedAtMs,
    firstReceivedAtMs,
    lastReceivedAtMs,
  };
}

function comparePushes(a: Push, b: Push): number {
  return (
    stageRank(a.stage) - stageRank(b.stage) ||
    latestInstantMs(a) - latestInstantMs(b) ||
    Object.keys(a.fields).length - Object.keys(b.fields).length ||
    compareText(a.contentHash, b.contentHash) ||
    a.receivedAtMs - b.receivedAtMs
  );
}

/** The latest moment that a push names, in epoch milliseconds; 0 when it names none. */
export function latestInstantMs({ fields }: Pick<Push, 'fields'>): number {
  return Math.max(
    fields.started_at ?? 0,
    fields.queued_time ?? 0,
    fields.dial_time ?? 0,
    fields.ended_at ?? 0,
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
