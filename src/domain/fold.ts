import type { CallFieldName, CallFields, JsonValue } from './jet-fields.ts';
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
 * Pushes count in order of stage, then of the latest instant that they name, then of how many fields hold a value, then
 * a duration above zero counts more than none, then receipt. Receipt is stored with the push. A later push replaces
 * field by field; a field without a value replaces nothing, and 0 s never replaces a real duration. Fields that
 * describe one answering point, or one queue, are replaced together.
 *
 * @param pushes at least one, all of the same call
 */
export function foldCall(pushes: readonly Push[]): CallRecord {
  const ordered = pushes.length === 1 ? pushes : firstReceipts(pushes).sort(comparePushes);
  const last = ordered.at(-1);
  if (last === undefined) throw new RangeError('A call has at least one push');
  const fields: CallFields = {};
  const extra: Record<string, JsonValue> = {};
  let answered: Push | undefined;
  for (const push of ordered) {
    for (const group of ordered.length === 1 ? [] : groups) replaceGroup(fields, push.fields, group);
    const { duration_seconds: seconds } = fields;
    Object.assign(fields, push.fields);
    if (fields.duration_seconds === 0 && seconds !== undefined) fields.duration_seconds = seconds;
    Object.assign(extra, push.extra);
    if (push.stage === 'call_answered') answered = push;
  }
  const receipts = pushes.map(({ receivedAtMs }) => receivedAtMs);
  return {
    id: last.callId,
    direction: last.stage === 'call_end_outbound' ? 'outbound' : 'inbound',
    stage: last.stage,
    fields,
    extra,
    answerReceivedAtMs: answered?.receivedAtMs,
    firstReceivedAtMs: Math.min(...receipts),
    lastReceivedAtMs: Math.max(...receipts),
  };
}

/** Fields that describe one thing: of two pushes that disagree on one of them, the later one decides them all. */
const groups = [
  ['answering_point', 'extension_number', 'extension_name', 'dial_time'],
  ['queue_name', 'queued_time'],
] as const satisfies readonly (readonly CallFieldName[])[];

function replaceGroup(fields: CallFields, by: CallFields, group: readonly CallFieldName[]): void {
  const isOther = group.some(
    (name) => by[name] !== undefined && fields[name] !== undefined && by[name] !== fields[name],
  );
  if (isOther) for (const name of group) Reflect.deleteProperty(fields, name);
}

/** Each push once: a repeat differs from it by its receipt only, and the first receipt counts. */
function firstReceipts(pushes: readonly Push[]): Push[] {
  const first = new Map<string, Push>();
  for (const push of pushes) {
    const other = first.get(push.contentHash);
    if (other === undefined || compareReceipts(push, other) < 0) first.set(push.contentHash, push);
  }
  return [...first.values()];
}

function comparePushes(a: Push, b: Push): number {
  return (
    stageRank(a.stage) - stageRank(b.stage) ||
    latestInstantMs(a) - latestInstantMs(b) ||
    Object.keys(a.fields).length - Object.keys(b.fields).length ||
    isTimed(a) - isTimed(b) ||
    compareReceipts(a, b)
  );
}

function isTimed({ fields }: Push): number {
  return (fields.duration_seconds ?? 0) > 0 ? 1 : 0;
}

function compareReceipts(a: Push, b: Push): number {
  return (
    a.receivedAtMs - b.receivedAtMs || compareText(a.id, b.id) || compareText(a.contentHash, b.contentHash)
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
