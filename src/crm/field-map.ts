import type { Call } from '../domain/call.ts';
import { jetFields, type CallFieldName, type JsonValue } from '../domain/jet-fields.ts';

/** Maps one of our fields to one of the destination's. */
export interface FieldMapping {
  readonly ours: MappableField;
  /** The destination's name of the field. */
  readonly theirs: string;
}

/** A value with its kind: each destination writes times in its own format. */
export type MappedValue =
  | { readonly kind: 'text'; readonly value: string }
  /** Epoch milliseconds, UTC. */
  | { readonly kind: 'instant'; readonly value: number }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'boolean'; readonly value: boolean };

const derivedFields = [
  'call_id',
  'direction',
  'stage',
  'status',
  'started_at_local',
  'ended_at_local',
  'dial_time_local',
  'queued_time_local',
  'time_zone',
  'started_at_estimated',
  'origin_number_e164',
  'phone_number_e164',
  'called_number_e164',
  'calling_number_e164',
  'counterpart_e164',
  'withheld',
  'wait_seconds',
  'queue_seconds',
  'answer_received_at',
] as const satisfies readonly (keyof Call)[];

export type MappableField = CallFieldName | (typeof derivedFields)[number];

/** Every field of a call that can be mapped: Jet's fields under our names, and computed fields. */
export const mappableFields: ReadonlySet<string> = new Set([
  ...jetFields.map(({ name }) => name),
  ...derivedFields,
]);

const instants: ReadonlySet<string> = new Set([
  ...jetFields.filter(({ kind }) => kind === 'instant').map(({ name }) => name),
  'answer_received_at',
]);

const numbers: ReadonlySet<string> = new Set([
  ...jetFields.filter(({ kind }) => kind === 'seconds').map(({ name }) => name),
  'wait_seconds',
  'queue_seconds',
]);
const booleans: ReadonlySet<string> = new Set(['started_at_estimated', 'withheld']);

/**
 * Reads a field map: JSON such as `{ "gclid": "Gclid__c", "campaign": "Campaign_Name__c" }`.
 * @returns the mappings, or a fault that continues after the name of the setting
 */
export function parseFieldMap(text: string): { mappings: readonly FieldMapping[] } | { fault: string } {
  let map: JsonValue;
  try {
    map = JSON.parse(text) as JsonValue;
  } catch {
    return { fault: 'names a file that is not JSON' };
  }
  if (map === null || typeof map !== 'object' || Array.isArray(map))
    return { fault: 'names a file that is not a JSON object of our field to their field' };
  const mappings: FieldMapping[] = [];
  for (const [ours, theirs] of Object.entries(map)) {
    if (!isMappable(ours)) return { fault: `names a field that no call has: ${JSON.stringify(ours)}` };
    if (typeof theirs !== 'string' || !/^[A-Za-z][A-Za-z0-9_]*$/.test(theirs))
      return { fault: `maps ${ours} to a value that is not a field name` };
    if (mappings.some((mapping) => mapping.theirs === theirs))
      return { fault: `maps two fields to ${theirs}` };
    mappings.push({ ours, theirs });
  }
  return { mappings };
}

/** The mapped values of a call, by the destination's field. Fields without a value are omitted. */
export function mappedValues(
  call: Call,
  mappings: readonly FieldMapping[],
): ReadonlyMap<string, MappedValue> {
  const values = new Map<string, MappedValue>();
  for (const { ours, theirs } of mappings) {
    const value = readValue(call, ours);
    if (value !== undefined) values.set(theirs, value);
  }
  return values;
}

/** The kind of one of our fields, to compare with the type of the destination's field. */
export function mappableFieldKind(name: MappableField): MappedValue['kind'] {
  if (instants.has(name)) return 'instant';
  if (booleans.has(name)) return 'boolean';
  return numbers.has(name) ? 'number' : 'text';
}

function readValue(call: Call, name: MappableField): MappedValue | undefined {
  const value = call[name];
  if (value === undefined) return undefined;
  if (typeof value === 'boolean') return { kind: 'boolean', value };
  if (typeof value === 'number') return { kind: instants.has(name) ? 'instant' : 'number', value };
  return { kind: 'text', value: typeof value === 'string' ? value : value.text };
}

function isMappable(name: string): name is MappableField {
  return mappableFields.has(name);
}
