import type { JsonValue } from '../../../../../src/domain/jet-fields.ts';
import type { ObjectType } from '../request-kind.ts';
import type { PropertySeed, PropertyType } from '../stand-in-options.ts';

/** A property of an object in the portal. */
export interface PropertyDefinition {
  readonly name: string;
  readonly label: string;
  readonly type: PropertyType;
  readonly fieldType: string;
  readonly groupName: string;
  readonly hasUniqueValue: boolean;
  readonly readOnly: boolean;
  readonly hubspotDefined: boolean;
  readonly options: readonly { readonly label: string; readonly value: string }[];
}

/** Of calls: the documented statuses, directions and default dispositions. */
const callStatuses = [
  'BUSY',
  'CALLING_CRM_USER',
  'CANCELED',
  'COMPLETED',
  'CONNECTING',
  'FAILED',
  'IN_PROGRESS',
  'NO_ANSWER',
  'QUEUED',
  'RINGING',
];
const dispositions: readonly [string, string][] = [
  ['Busy', '9d9162e7-6cf3-4944-bf63-4dff82258764'],
  ['Connected', 'f240bbac-87c9-4f6e-bf70-924b57d47db7'],
  ['Left live message', 'a4c4c377-d246-4b32-a13b-75a56a4cd0ff'],
  ['Left voicemail', 'b2cf5968-551e-4856-9783-52b3da59a7d0'],
  ['No answer', '73a0d17f-1163-4015-bdd5-ec830791da20'],
  ['Wrong number', '17b47fee-58de-441e-a44c-c6300d46f273'],
];

const text = (...names: string[]): PropertySeed[] => names.map((name) => ({ name }));
const calculated = (...names: string[]): PropertySeed[] => names.map((name) => ({ name, readOnly: true }));
const moments = (...names: string[]): PropertySeed[] =>
  names.map((name) => ({ name, type: 'datetime', readOnly: true }));

const builtIn: Readonly<Record<ObjectType, readonly PropertySeed[]>> = {
  calls: [
    { name: 'hs_timestamp', type: 'datetime' },
    ...text('hs_call_title', 'hs_call_body', 'hs_call_from_number', 'hs_call_to_number'),
    ...text('hs_call_recording_url', 'hs_call_callee_object_id', 'hs_call_callee_object_type_id'),
    { name: 'hs_call_duration', type: 'number' },
    { name: 'hs_call_direction', type: 'enumeration', options: ['INBOUND', 'OUTBOUND'] },
    { name: 'hs_call_status', type: 'enumeration', options: callStatuses },
    { name: 'hs_call_disposition', type: 'enumeration', options: dispositions.map(([, value]) => value) },
    { name: 'hs_activity_type', type: 'enumeration' },
    { name: 'hubspot_owner_id', type: 'enumeration' },
    ...calculated('hs_object_id', 'hs_unique_creation_key'),
    ...moments('hs_createdate', 'hs_lastmodifieddate'),
  ],
  contacts: [
    { name: 'email', hasUniqueValue: true },
    ...text('firstname', 'lastname', 'company', 'phone', 'mobilephone', 'associatedcompanyid'),
    { name: 'lifecyclestage', type: 'enumeration' },
    { name: 'hs_lead_status', type: 'enumeration' },
    { name: 'hubspot_owner_id', type: 'enumeration' },
    ...calculated('hs_object_id', 'hs_calculated_phone_number', 'hs_calculated_mobile_number'),
    ...calculated('hs_calculated_phone_number_country_code', 'hs_searchable_calculated_phone_number'),
    ...calculated('hs_searchable_calculated_mobile_number'),
    ...calculated('hs_searchable_calculated_international_phone_number'),
    ...calculated('hs_searchable_calculated_international_mobile_number'),
    ...moments('createdate', 'lastmodifieddate'),
  ],
  companies: [
    ...text('name', 'domain', 'phone'),
    { name: 'hubspot_owner_id', type: 'enumeration' },
    ...calculated('hs_object_id', 'hs_calculated_phone_number', 'hs_searchable_calculated_phone_number'),
    ...moments('createdate', 'hs_lastmodifieddate'),
  ],
};

/** The group of each object's built-in properties. */
export const builtInGroups: Readonly<Record<ObjectType, string>> = {
  calls: 'call_information',
  contacts: 'contactinformation',
  companies: 'companyinformation',
};

/** The properties of a portal at the start: the built-in ones without the lacking ones, and those of the test. */
export function startingProperties(
  type: ObjectType,
  lacks: readonly string[],
  added: readonly PropertySeed[],
): Map<string, PropertyDefinition> {
  const own = new Set(added.map(({ name }) => name));
  const kept = builtIn[type].filter(({ name }) => !lacks.includes(name) && !own.has(name));
  return new Map([
    ...kept.map((seed) => [seed.name, defined(type, seed, true)] as const),
    ...added.map((seed) => [seed.name, defined(type, seed, false)] as const),
  ]);
}

function defined(type: ObjectType, seed: PropertySeed, hubspotDefined: boolean): PropertyDefinition {
  const { name, label = name, type: valueType = 'string', options = [] } = seed;
  const labels = new Map(dispositions.map(([label, value]) => [value, label]));
  return {
    name,
    label,
    type: valueType,
    fieldType: {
      string: 'text',
      number: 'number',
      datetime: 'date',
      enumeration: 'select',
      bool: 'booleancheckbox',
    }[valueType],
    groupName: builtInGroups[type],
    hasUniqueValue: seed.hasUniqueValue ?? false,
    readOnly: seed.readOnly ?? false,
    hubspotDefined,
    options: options.map((value) => ({ value, label: labels.get(value) ?? value })),
  };
}

/** A property as the properties API returns it. */
export function propertyBody(property: PropertyDefinition): Record<string, JsonValue> {
  const { name, label, type, fieldType, groupName, hasUniqueValue, readOnly, hubspotDefined } = property;
  return {
    name,
    label,
    type,
    fieldType,
    groupName,
    description: '',
    options: property.options.map((option, displayOrder) => ({ ...option, displayOrder, hidden: false })),
    hasUniqueValue,
    hubspotDefined,
    hidden: false,
    formField: false,
    calculated: false,
    archived: false,
    modificationMetadata: {
      readOnlyValue: readOnly,
      readOnlyDefinition: hubspotDefined,
      archivable: !hubspotDefined,
    },
  };
}
