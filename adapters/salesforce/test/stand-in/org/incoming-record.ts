import type { JsonValue } from '../../../../../src/domain/jet-fields.ts';
import { ApiRefusal, saveError, type SaveError } from '../api-answer.ts';
import type { FieldSchema } from './object-schemas.ts';
import { asApiTime, type Org } from './org.ts';
import { asLongId, type Fields, type ObjectName } from './org-record.ts';

/** A record of a request: its fields, and the errors of single fields. */
export interface IncomingRecord {
  readonly object: ObjectName;
  /** The values to write, without the id, the type and unknown fields. */
  readonly values: Fields;
  /** The id in an update. */
  readonly id: string | undefined;
  readonly errors: readonly SaveError[];
}

/**
 * Reads a record from JSON.
 *
 * @param many whether the request has several records. Then an unknown field can refuse only its own record
 * @throws ApiRefusal when the request as a whole is unreadable
 */
export function readRecord(
  org: Org,
  object: ObjectName,
  body: unknown,
  effect: 'create' | 'update' | 'upsert',
  many: boolean,
): IncomingRecord {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new ApiRefusal(400, 'JSON_PARSER_ERROR', 'A record is a JSON object');
  }
  const { attributes, id, Id, ...given } = body as Record<string, JsonValue>;
  if (attributes !== undefined && (attributes as { type?: unknown } | null)?.type !== object) {
    throw new ApiRefusal(400, 'INVALID_FIELD', `The record is no ${object}`);
  }
  const errors: SaveError[] = [];
  const values: Record<string, JsonValue> = {};
  for (const [name, value] of Object.entries(given)) {
    const field = org.schemas[object].get(name);
    if (field === undefined) {
      const message = `No such column '${name}' on sobject of type ${object}`;
      if (!many || org.options.unknownFieldRefuses !== 'record')
        throw new ApiRefusal(400, 'INVALID_FIELD', message);
      errors.push(saveError('INVALID_FIELD', message, name));
      continue;
    }
    values[name] = readValue(field, value);
  }
  if (effect !== 'upsert') errors.push(...forbidden(org, object, Object.keys(values), effect));
  errors.push(...Object.entries(values).flatMap(([name, value]) => valueFaults(org, object, name, value)));
  const given18 = id ?? Id;
  return { object, values, id: typeof given18 === 'string' ? given18 : undefined, errors };
}

/** Errors for fields that cannot be written in this way. */
export function forbidden(
  org: Org,
  object: ObjectName,
  names: readonly string[],
  effect: 'create' | 'update',
): SaveError[] {
  const refused = names.filter((name) => {
    const field = org.schemas[object].get(name);
    return effect === 'create' ? field?.createable === false : field?.updateable === false;
  });
  if (refused.length === 0) return [];
  const message = `Unable to create/update fields: ${refused.join(', ')}. Please check the security settings of this field and verify that it is read/write for your profile or permission set.`;
  return [saveError('INVALID_FIELD_FOR_INSERT_UPDATE', message, ...refused)];
}

const textForms: Readonly<Partial<Record<FieldSchema['type'], RegExp>>> = {
  date: /^\d{4}-\d{2}-\d{2}$/,
  datetime: /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})$/,
};

/** The value to store: text is trimmed, an empty text becomes null, and ids get 18 characters. */
function readValue(field: FieldSchema, value: JsonValue): JsonValue {
  if (value === null) return null;
  const wanted =
    field.type === 'boolean'
      ? 'boolean'
      : field.type === 'int' || field.type === 'double'
        ? 'number'
        : 'string';
  const fits =
    typeof value === wanted &&
    (field.type !== 'int' || Number.isInteger(value)) &&
    (value === '' || typeof value !== 'string' || (textForms[field.type]?.test(value) ?? true));
  if (!fits) {
    throw new ApiRefusal(
      400,
      'JSON_PARSER_ERROR',
      `Cannot deserialize instance of ${field.type} from VALUE_${typeof value === 'string' ? 'STRING' : 'OTHER'} value or request may be missing a required field`,
    );
  }
  if (typeof value !== 'string') return value;
  const text = value.trim();
  if (text === '') return null;
  // Salesforce stores whole seconds.
  if (field.type === 'datetime') return asApiTime(Math.floor(Date.parse(text) / 1000) * 1000);
  return field.type === 'reference' ? asLongId(text) : text;
}

function valueFaults(org: Org, object: ObjectName, name: string, value: JsonValue): SaveError[] {
  const field = org.schemas[object].get(name);
  if (field === undefined || value === null) return [];
  if (typeof value === 'number' && field.length > 0 && Math.abs(value) >= 10 ** field.length) {
    const message = `${name}: value outside of valid range on numeric field: ${value}`;
    return [saveError('NUMBER_OUTSIDE_VALID_RANGE', message, name)];
  }
  if (typeof value !== 'string') return [];
  if (field.restricted && !field.values.includes(value)) {
    const message = `${name}: bad value for restricted picklist field: ${value}`;
    return [saveError('INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST', message, name)];
  }
  if (field.length > 0 && field.type !== 'reference' && value.length > field.length) {
    const message = `${name}: data value too large: ${value} (max length=${field.length})`;
    return [saveError('STRING_TOO_LONG', message, name)];
  }
  return [];
}
