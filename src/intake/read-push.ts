import { hash } from 'node:crypto';
import { statusOfWord, type StatusMap } from '../domain/call-status.ts';
import {
  jetFields,
  type CallFields,
  type FieldKind,
  type JetField,
  type JsonValue,
} from '../domain/jet-fields.ts';
import { plainKey, type NumberKey } from './number-key.ts';
import type { PushWarning } from '../domain/push.ts';
import { isFinalStage, type Stage } from '../domain/stage.ts';
import { readCallId } from './call-id.ts';
import { decideStage } from './decide-stage.ts';
import { fieldWarnings } from './field-warnings.ts';
import { findField } from './find-field.ts';
import { flatten, type Leaf } from './flatten.ts';
import { readJson, type IntakeFault } from './read-json.ts';
import { isMarkForNothing } from './mark-for-nothing.ts';
import { isEmpty, readValue, shown, unreadable, type UnreadableCode } from './read-value.ts';

export interface IntakeSettings {
  /** A further time format, in luxon's tokens. */
  readonly timeFormat?: string | undefined;
  readonly statusMap: StatusMap;
  /** Reads numbers by the operator's country; without it each spelling of a number counts as another number. */
  readonly numberKey?: NumberKey;
}

/** What a body says, once it was read as a push. */
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

/** True for a reading that failed. */
export function isFault(reading: PushReading | IntakeFault): reading is IntakeFault {
  return 'code' in reading;
}

const ourNames: ReadonlySet<string> = new Set(jetFields.map(({ name }) => name));

/**
 * Reads one request body from Jet as a push. Liberal: keys match without regard to case, spaces, `_`, `-` and
 * dots; objects are taken apart; what cannot be read becomes a warning and is kept. A fault is answered only for
 * a body that is no JSON object within the limits, or that names no call.
 *
 * @param pathStage the stage that the path of the request gives
 */
export function readPush(
  body: Uint8Array,
  pathStage: Stage | undefined,
  settings: IntakeSettings,
): PushReading | IntakeFault {
  const json = readJson(body);
  if ('code' in json) return json;
  // Jet's own keys stand before a key of the same name inside some object that Jet's page does not know.
  const leaves = flatten(json.value, isWhole)
    .filter((leaf) => !isEmpty(leaf.value))
    .map(nameLeaf)
    .sort((a, b) => a.depth - b.depth);
  const sorted = sortLeaves(leaves, settings);
  const named = readCallId(sorted.fields, sorted.present, settings.numberKey ?? plainKey);
  if (named === undefined) {
    return {
      code: 'not_a_call',
      detail:
        'The body has no callsessionid, and no call Start Time with Called Number or with originnumber and phonenumber.',
    };
  }
  const { callId } = named;
  if (named.derived) sorted.warnings.push(idDerived(leaves));
  const { stage, warning } = decideStage(pathStage, sorted.fields, settings.statusMap);
  if (warning !== undefined) sorted.warnings.push(warning);
  // Before its end a call has no duration: 0 s there says nothing.
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

/** `attributes` may be an object of its own, whose keys say nothing about the call's fields. */
function isWhole(key: string): boolean {
  return findField([key])?.field.name === 'attributes';
}

interface NamedLeaf {
  /** The path as one name. */
  readonly key: string;
  readonly field: JetField | undefined;
  /** How many names stand before its own. */
  readonly depth: number;
  readonly value: JsonValue;
}

function nameLeaf({ path, value }: Leaf): NamedLeaf {
  const key = path.length === 1 ? (path[0] ?? '') : path.join('.');
  const place = findField(path);
  return { key, field: place?.field, depth: place?.depth ?? path.length - 1, value };
}

interface SortedLeaves {
  fields: CallFields;
  extra: Record<string, JsonValue>;
  warnings: PushWarning[];
  /** The fields that came with a value, readable or not, as it came. A mark for nothing is no value. */
  present: Map<string, JsonValue>;
}

/** A mark in one of these is a warning: Jet sends the key without a value where there is none. */
const unreadableCodes: Partial<Record<FieldKind, UnreadableCode>> = {
  instant: 'unreadable_time',
  seconds: 'unreadable_duration',
};

function sortLeaves(leaves: readonly NamedLeaf[], settings: IntakeSettings): SortedLeaves {
  const sorted: SortedLeaves = { fields: {}, extra: {}, warnings: [], present: new Map() };
  for (const { key, field, value } of leaves) {
    if (field === undefined) {
      keepExtra(sorted.extra, key, value);
    } else if (isMark(value, field, settings)) {
      keepExtra(sorted.extra, key, value);
      const code = unreadableCodes[field.kind];
      if (code !== undefined) sorted.warnings.push({ field: key, ...unreadable(code, value).warning });
    } else if (sorted.present.has(field.name)) {
      keepExtra(sorted.extra, key, value);
      sorted.warnings.push({
        field: key,
        code: 'repeated_field',
        received: shown(value),
        action: `an earlier key gave ${field.name} its value; kept under extra`,
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
  if (reading.isMark === true) sorted.present.delete(field.name);
  if (reading.value === undefined) keepExtra(sorted.extra, key, value);
  else (sorted.fields as Record<string, string | number>)[field.name] = reading.value;
  if (reading.warning !== undefined) sorted.warnings.push({ field: key, ...reading.warning });
  if (field.name === 'dial_status' && statusOfWord(String(reading.value), settings.statusMap) === undefined) {
    sorted.warnings.push({
      field: key,
      code: 'unknown_status',
      received: shown(value),
      action: 'status is unknown; JET_STATUS_MAP can name one for this word',
    });
  }
}

/** A word that the operator gave a meaning says something. */
function isMark(value: JsonValue, field: JetField, { statusMap }: IntakeSettings): boolean {
  if (!isMarkForNothing(value, field)) return false;
  if (field.name !== 'dial_status' || typeof value === 'object') return true;
  return statusOfWord(String(value), statusMap) === undefined;
}

function idDerived(leaves: readonly NamedLeaf[]): PushWarning {
  const came = leaves.find(({ field }) => field?.name === 'call_session_id');
  return {
    field: came?.key ?? 'callsessionid',
    code: 'id_derived',
    received: came === undefined ? '' : shown(came.value),
    action: 'the id is made from start, origin and service number: the sender must send callsessionid',
  };
}

function keepExtra(extra: Record<string, JsonValue>, key: string, value: JsonValue): void {
  let free = key;
  for (let number = 2; Object.hasOwn(extra, free); number += 1) free = `${key} (${number})`;
  extra[free] = value;
}

/**
 * The same for two bodies that say the same, whatever their spacing, their order and their empty keys. Of several
 * values under one name the order counts, since the first is the one that is taken.
 */
function hashContent(stage: Stage, leaves: readonly NamedLeaf[]): string {
  const seen = new Map<string, number>();
  const entries = leaves.map(({ key, field, value }): Entry => {
    const name = field?.name ?? nameOfUnknown(key);
    const nth = seen.get(name) ?? 0;
    seen.set(name, nth + 1);
    return nth === 0 ? [name, nth, value] : [name, nth, value, key];
  });
  entries.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : a[1] - b[1]));
  return hash('sha256', JSON.stringify([stage, entries]));
}

/** An unknown key that is spelled as one of our names says something else than the field that we call so. */
function nameOfUnknown(key: string): string {
  return ourNames.has(key.replace(/^=+/, '')) ? `=${key}` : key;
}

type Entry = [name: string, nth: number, value: JsonValue, key?: string];
