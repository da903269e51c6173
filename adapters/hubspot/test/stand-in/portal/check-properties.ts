import { ApiError, invalidProperties, type PropertyFault } from '../api-error.ts';
import type { Portal } from './portal.ts';
import type { PropertyDefinition } from './property-definition.ts';
import type { ObjectType } from '../request-kind.ts';
import type { StoredRecord } from './stored-record.ts';

const longestText = 65_536;

export interface PropertyCheck {
  readonly type: ObjectType;
  /** The properties as received. */
  readonly given: Readonly<Record<string, string>>;
  /** The record to change. Undefined for a new one. */
  readonly record: StoredRecord | undefined;
  /** True: unknown and read-only properties are ignored, as in an update. False: they are refused. */
  readonly ignoresUnknown: boolean;
}

/**
 * The properties to write: without ignored ones, and with times in ISO form.
 * @throws ApiError for the record as a whole
 */
export function checkProperties(portal: Portal, check: PropertyCheck): Record<string, string> {
  const { type, given, record, ignoresUnknown } = check;
  const faults: PropertyFault[] = [];
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(given)) {
    const property = portal.properties[type].get(name);
    if (property === undefined || property.readOnly) {
      if (ignoresUnknown) continue;
      faults.push(
        property === undefined
          ? { code: 'PROPERTY_DOESNT_EXIST', property: name, message: `Property "${name}" does not exist` }
          : { code: 'READ_ONLY_VALUE', property: name, message: `"${name}" is a read only property` },
      );
      continue;
    }
    const fault = value === '' ? undefined : faultOf(portal, property, value);
    if (fault === undefined) values[name] = stored(property, value);
    else faults.push({ ...fault, property: name });
  }
  if (faults.length > 0) throw invalidProperties(faults);
  const required = [
    ...(type === 'calls' ? ['hs_timestamp'] : []),
    ...(portal.options.requires?.[type] ?? []),
  ];
  const missing = required.filter((name) => (values[name] ?? record?.properties[name] ?? '') === '');
  if (missing.length > 0)
    throw new ApiError(
      400,
      'VALIDATION_ERROR',
      `Error ${record === undefined ? 'creating' : 'updating'} ${type}. Some required properties were not set.`,
      {
        errors: missing.map((name) => ({
          message: `${name} is required`,
          code: 'MISSING_REQUIRED_PROPERTY',
          context: { properties: [name] },
        })),
        context: { properties: missing },
      },
    );
  refuseTexts(portal, { ...record?.properties, ...given });
  return values;
}

/**
 * Refuses a value that another record already has in a unique property.
 * @throws ApiError 400 or 409, by the portal's options
 */
export function checkUnique(
  portal: Portal,
  type: ObjectType,
  values: Readonly<Record<string, string>>,
  record?: StoredRecord,
): void {
  for (const [name, value] of Object.entries(values)) {
    if (value === '' || portal.properties[type].get(name)?.hasUniqueValue !== true) continue;
    const holder = portal.findBy(type, name, value);
    if (holder !== undefined && holder !== record) throw conflict(portal, name, holder.id);
  }
}

export function conflict(portal: Portal, property: string, holderId: string): ApiError {
  return portal.options.uniqueConflict === 'conflict'
    ? new ApiError(409, 'CONFLICT', `Record already exists. Existing ID: ${holderId}`)
    : invalidProperties([
        {
          code: 'CONFLICTING_UNIQUE_VALUE',
          property,
          message: `The value of property "${property}" is already taken. ${holderId} already has that value.`,
        },
      ]);
}

function refuseTexts(portal: Portal, values: Readonly<Record<string, string>>): void {
  const refused = Object.entries(values).find(([, value]) =>
    portal.refusedTexts.some((text) => text !== '' && value.includes(text)),
  );
  if (refused === undefined) return;
  const [property, value] = refused;
  const message = `"${value}" is against a rule of the account`;
  throw invalidProperties([{ code: 'RULE_VIOLATION', property, message }]);
}

type Fault = Pick<PropertyFault, 'code' | 'message'>;

function faultOf(portal: Portal, property: PropertyDefinition, value: string): Fault | undefined {
  if (value.length > longestText) return { code: 'VALUE_TOO_LONG', message: 'The value is too long' };
  if (property.name === 'hubspot_owner_id') return ownerFault(portal, value);
  switch (property.type) {
    case 'enumeration': {
      const values = property.options.map((option) => option.value);
      if (values.length === 0 || values.includes(value)) return undefined;
      const message = `${value} was not one of the allowed options: [${values.join(', ')}]`;
      return { code: 'INVALID_OPTION', message };
    }
    case 'number':
      return Number.isFinite(Number(value))
        ? undefined
        : { code: 'INVALID_FLOAT', message: `${value} was not a valid number.` };
    case 'datetime':
      return momentOf(value) === undefined
        ? { code: 'INVALID_DATE', message: `${value} was not a valid long or ISO 8601 moment.` }
        : undefined;
    case 'bool':
      return value === 'true' || value === 'false'
        ? undefined
        : { code: 'INVALID_BOOLEAN', message: `${value} was not a valid boolean.` };
    case 'string':
      return undefined;
  }
}

function ownerFault(portal: Portal, id: string): Fault | undefined {
  const owner = portal.owners.get(id);
  return owner === undefined || owner.archived === true
    ? { code: 'INVALID_OWNER_ID', message: `Owner with id ${id} does not exist or is archived` }
    : undefined;
}

function stored(property: PropertyDefinition, value: string): string {
  if (property.type !== 'datetime' || value === '') return value;
  return new Date(momentOf(value) ?? 0).toISOString();
}

/** Epoch milliseconds of a time in one of the API's formats: milliseconds, or ISO 8601 in UTC. */
export function momentOf(value: string): number | undefined {
  if (/^-?\d+$/.test(value)) return Number(value);
  if (!/^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?Z)?$/.test(value)) return undefined;
  const ms = Date.parse(value);
  return Number.isNaN(ms) ? undefined : ms;
}
