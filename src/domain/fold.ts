import type { CallFieldName, CallFields, JsonValue } from './jet-fields.ts';
import type { Push } from './push.ts';
import { stageRank, type Stage } from './stage.ts';
import { namesNobody } from './withheld.ts';

/** One phone call, combined from all its pushes. It does not depend on settings. */
export interface CallRecord {
  readonly id: string;
  readonly direction: Direction;
  /** The latest stage received. */
  readonly stage: Stage;
  readonly fields: CallFields;
  readonly extra: Readonly<Record<string, JsonValue>>;
  /** When the answered push was received. If there are several, the one that ranks highest counts. */
  readonly answerReceivedAtMs: number | undefined;
  readonly firstReceivedAtMs: number;
  readonly lastReceivedAtMs: number;
}

export type Direction = 'inbound' | 'outbound';

/**
 * Combines the pushes of a call into the call. The function is pure: the order of the list and repeated pushes do not
 * change the result, except that a repeat can move `lastReceivedAtMs`.
 *
 * Pushes are ranked by stage, then by the latest time in their fields, then by the number of fields with a value. A
 * duration above zero ranks next, then the time of receipt, which is stored with the push. A higher-ranked push
 * replaces the fields that it has a value for. A duration of 0 s never replaces a real duration, and a hidden number
 * never replaces a real number. The fields of one answering point are replaced together, and so are those of one queue.
 *
 * @param pushes at least one push; all belong to the same call
 */
export function foldCall(pushes: readonly Push[]): CallRecord {
  const ordered = rankPushes(pushes);
  const last = ordered.at(-1);
  if (last === undefined) throw new RangeError('Cannot fold an empty list: a call has at least one push.');
  // Not copied, so that the store makes its text only once. Nobody changes it.
  const { fields, extra } = ordered.length === 1 ? last : foldValues(ordered);
  const answered = ordered.findLast(({ stage }) => stage === 'call_answered');
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

function foldValues(ordered: readonly Push[]): Pick<CallRecord, 'fields' | 'extra'> {
  const fields: CallFields = {};
  const extra: Record<string, JsonValue> = {};
  for (const push of ordered) {
    for (const group of fieldGroups)
      if (isOther(fields, push.fields, group)) for (const name of group) Reflect.deleteProperty(fields, name);
    Object.assign(fields, push.fields, strongerValues(fields, push.fields));
    Object.assign(extra, push.extra);
  }
  return { fields, extra };
}

/**
 * Fields that describe one thing. A higher-ranked push with another value for one of these fields replaces the whole
 * group.
 */
export const fieldGroups = [
  ['answering_point', 'extension_number', 'extension_name', 'dial_time'],
  ['queue_name', 'queued_time'],
] as const satisfies readonly (readonly CallFieldName[])[];

/** True when a push has another value for a field of the group than the fields so far. */
export function isOther(fields: CallFields, by: CallFields, group: readonly CallFieldName[]): boolean {
  return group.some((name) => by[name] !== undefined && by[name] !== fields[name]);
}

const numberNames = ['origin_number', 'phone_number', 'called_number', 'calling_number'] as const;
const weakNames: readonly CallFieldName[] = ['duration_seconds', ...numberNames];

/** True for a duration of 0 s beside a real duration, and for a hidden number beside a real number. */
export function isWeaker(name: CallFieldName, value: FieldValue, than: FieldValue): boolean {
  if (value === undefined || than === undefined || value === than || !weakNames.includes(name)) return false;
  return typeof value === 'number' ? value === 0 : namesNobody(value) && !namesNobody(String(than));
}

type FieldValue = CallFields[CallFieldName];

/** Gives the values that a push does not replace, because the push has weaker values. */
function strongerValues(fields: CallFields, by: CallFields): CallFields {
  const stronger: Record<string, FieldValue> = {};
  for (const name of weakNames) if (isWeaker(name, by[name], fields[name])) stronger[name] = fields[name];
  return stronger;
}

/** The pushes of a call without repeats, the highest-ranked last. */
export function rankPushes<Ranked extends Push>(pushes: readonly Ranked[]): readonly Ranked[] {
  return pushes.length === 1 ? pushes : firstReceipts(pushes).sort((a, b) => compareRanks(a, b).order);
}

/** Drops repeated pushes. Repeats have the same content, and the one that was received first is kept. */
function firstReceipts<Ranked extends Push>(pushes: readonly Ranked[]): Ranked[] {
  const first = new Map<string, Ranked>();
  for (const push of pushes) {
    const other = first.get(push.contentHash);
    if (other === undefined || compareReceipts(push, other) < 0) first.set(push.contentHash, push);
  }
  return [...first.values()];
}

/** What decides between two pushes. */
export type RankRule = 'stage' | 'time' | 'fields' | 'duration' | 'receipt';

/** Compares two pushes. The order is below zero when the second one ranks higher. */
export function compareRanks(a: Push, b: Push): { readonly order: number; readonly by: RankRule } {
  const stage = stageRank(a.stage) - stageRank(b.stage);
  if (stage !== 0) return { order: stage, by: 'stage' };
  const time = latestInstantMs(a) - latestInstantMs(b);
  if (time !== 0) return { order: time, by: 'time' };
  const fields = Object.keys(a.fields).length - Object.keys(b.fields).length;
  if (fields !== 0) return { order: fields, by: 'fields' };
  const timed = isTimed(a) - isTimed(b);
  if (timed !== 0) return { order: timed, by: 'duration' };
  return { order: compareReceipts(a, b), by: 'receipt' };
}

function isTimed({ fields }: Push): number {
  return (fields.duration_seconds ?? 0) > 0 ? 1 : 0;
}

function compareReceipts(a: Push, b: Push): number {
  return (
    a.receivedAtMs - b.receivedAtMs || compareText(a.id, b.id) || compareText(a.contentHash, b.contentHash)
  );
}

/** Gives the latest time in the fields of a push, in epoch milliseconds; 0 when it has none. */
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
