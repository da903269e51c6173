import { statusOfWord, type StatusMap } from '../domain/call-status.ts';
import { type CallFields, type FieldKind, type JetField, type JsonValue } from '../domain/jet-fields.ts';
import { plainKey, type NumberKey } from './number-key.ts';
import type { PushWarning } from '../domain/push.ts';
import { isFinalStage, type Stage } from '../domain/stage.ts';
import { readCallId } from './call-id.ts';
import { decideStage } from './decide-stage.ts';
import { fieldWarnings } from './field-warnings.ts';
import { findField } from './find-field.ts';
import { flatten, type Leaf } from './flatten.ts';
import { hashContent, type NamedLeaf } from './hash-content.ts';
import { readJson, type IntakeFault } from './read-json.ts';
import { isNoValue } from './no-value.ts';
import { isEmpty, readValue, shown, unreadable, type UnreadableCode } from './read-value.ts';

export interface IntakeSettings {
  /** An additional time format, in luxon's tokens. */
  readonly timeFormat?: string | undefined;
  readonly statusMap: StatusMap;
  /** Makes the keys of phone numbers. Without it, two spellings of a number can count as two numbers. */
  readonly numberKey?: NumberKey;
}

/** The result of reading a body as a push. */
export interface PushReading {
  readonly callId: string;
  readonly stage: Stage;
  readonly contentHash: string;
  readonly fields: CallFields;
  readonly extra: Readonly<Record<string, JsonValue>>;
  readonly warnings: readonly PushWarning[];
  /** The body's text. */
  readonly body: string;
}

/** True when the body could not be read as a push. */
export function isFault(reading: PushReading | IntakeFault): reading is IntakeFault {
  return 'code' in reading;
}

/**
 * Reads one request body from Jet as a push. Reading is lenient. Keys match regardless of case, spaces, `_`, `-` and
 * dots, and fields are also found in nested objects. An unreadable value is kept and gives a warning. The result is a
 * fault only when the body is not a JSON object within the limits, or does not identify a call.
 *
 * @param pathStage the stage that the request path names; undefined on the general path
 */
export function readPush(
  body: Uint8Array,
  pathStage: Stage | undefined,
  settings: IntakeSettings,
): PushReading | IntakeFault {
  const json = readJson(body);
  if ('code' in json) return json;
  // Keys at the top come first, so that they win over a key of the same name inside another object.
  const leaves = nameLeaves(flatten(json.value, isWhole)).sort((a, b) => a.depth - b.depth);
  const sorted = sortLeaves(leaves, settings);
  const id = readCallId(sorted.fields, sorted.present, settings.numberKey ?? plainKey);
  if (id === undefined) {
    return {
      code: 'not_a_call',
      detail:
        'The body does not identify a call. It needs callsessionid, or call Start Time with Called Number, or callstarttime with originnumber and phonenumber.',
    };
  }
  const { callId } = id;
  if (id.derived) sorted.warnings.push(idDerived(leaves));
  const { stage, warning } = decideStage(pathStage, sorted.fields, settings.statusMap);
  if (warning !== undefined) sorted.warnings.push(warning);
  // A call has no duration before its end, so 0 s in an earlier push carries no information.
  if (sorted.fields.duration_seconds === 0 && !isFinalStage(stage)) delete sorted.fields.duration_seconds;
  sorted.warnings.push(
    ...fieldWarnings(sorted.fields, (name) => ({
      key: leaves.find(({ field }) => field?.name === name)?.key ?? name,
      value: sorted.present.get(name) ?? null,
    })),
  );
  return {
    callId,
    stage,
    contentHash: hashContent(stage, leaves),
    fields: sorted.fields,
    extra: sorted.extra,
    warnings: sorted.warnings,
    body: json.text,
  };
}

/** `attributes` can be an object with keys of its own, which are not fields of the call. */
function isWhole(key: string): boolean {
  return findField(key)?.field.name === 'attributes';
}

/** Names the leaves that have a value. */
function nameLeaves(leaves: readonly Leaf[]): NamedLeaf[] {
  const named: NamedLeaf[] = [];
  for (const { key, level, value } of leaves) {
    if (isEmpty(value)) continue;
    const place = findField(key);
    named.push({ key, field: place?.field, depth: place?.depth ?? level, value });
  }
  return named;
}

interface SortedLeaves {
  fields: CallFields;
  extra: Record<string, JsonValue>;
  warnings: PushWarning[];
  /** The received value of each field, readable or not. A no-value word such as "N/A" is not included. */
  present: Map<string, JsonValue>;
}

/** A no-value word in a field of these kinds gives a warning, because Jet sends an empty key when it has no value. */
const unreadableCodes: Partial<Record<FieldKind, UnreadableCode>> = {
  instant: 'unreadable_time',
  seconds: 'unreadable_duration',
};

function sortLeaves(leaves: readonly NamedLeaf[], settings: IntakeSettings): SortedLeaves {
  const sorted: SortedLeaves = { fields: {}, extra: {}, warnings: [], present: new Map() };
  for (const { key, field, value } of leaves) {
    if (field === undefined) {
      keepExtra(sorted.extra, key, value);
    } else if (hasNoValue(value, field, settings)) {
      keepExtra(sorted.extra, key, value);
      const code = unreadableCodes[field.kind];
      if (code !== undefined) sorted.warnings.push({ field: key, ...unreadable(code, value).warning });
    } else if (sorted.present.has(field.name)) {
      keepExtra(sorted.extra, key, value);
      sorted.warnings.push({
        field: key,
        code: 'repeated_field',
        received: shown(value),
        action: `an earlier key already set ${field.name}; this value is kept under extra`,
      });
    } else {
      sorted.present.set(field.name, value);
      takeField(sorted, field, key, value, settings);
    }
  }
  return sorted;
}

function takeField(
  sorted: SortedLeaves,
  field: JetField,
  key: string,
  value: JsonValue,
  settings: IntakeSettings,
): void {
  const reading = readValue(value, field.kind, settings.timeFormat);
  if (reading.isNoTime === true) sorted.present.delete(field.name);
  if (reading.value === undefined) keepExtra(sorted.extra, key, value);
  else (sorted.fields as Record<string, string | number>)[field.name] = reading.value;
  if (reading.warning !== undefined) sorted.warnings.push({ field: key, ...reading.warning });
  if (field.name === 'dial_status' && statusOfWord(String(reading.value), settings.statusMap) === undefined) {
    sorted.warnings.push({
      field: key,
      code: 'unknown_status',
      received: shown(value),
      action: 'the status is unknown; add this word to JET_STATUS_MAP to give it one',
    });
  }
}

/** True for a no-value word, unless the operator gave the word a meaning in JET_STATUS_MAP. */
function hasNoValue(value: JsonValue, field: JetField, { statusMap }: IntakeSettings): boolean {
  if (!isNoValue(value, field)) return false;
  if (field.name !== 'dial_status' || typeof value === 'object') return true;
  return statusOfWord(String(value), statusMap) === undefined;
}

function idDerived(leaves: readonly NamedLeaf[]): PushWarning {
  const received = leaves.find(({ field }) => field?.name === 'call_session_id');
  return {
    field: received?.key ?? 'callsessionid',
    code: 'id_derived',
    received: received === undefined ? '' : shown(received.value),
    action: 'the id was made from start, origin and service number: the sender must send callsessionid',
  };
}

function keepExtra(extra: Record<string, JsonValue>, key: string, value: JsonValue): void {
  let unusedKey = key;
  for (let number = 2; Object.hasOwn(extra, unusedKey); number += 1) unusedKey = `${key} (${number})`;
  extra[unusedKey] = value;
}
