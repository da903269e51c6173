import type { JsonValue } from '../../../../../src/domain/jet-fields.ts';
import { ApiRefusal } from '../api-answer.ts';
import { field, never, type FieldSchema } from '../org/object-schemas.ts';
import { asApiTime, type Org } from '../org/org.ts';
import type { ObjectName, OrgRecord } from '../org/org-record.ts';

/** A field of a record, or of a record that it refers to: `Owner.IsActive`. */
export interface FieldPath {
  /** The name as the statement spells it. */
  readonly name: string;
  readonly field: FieldSchema;
  read(record: OrgRecord): JsonValue;
}

/** @throws ApiRefusal when there is no such field */
export function fieldPath(org: Org, object: ObjectName, name: string): FieldPath {
  const [first = '', second, ...deeper] = name.split('.');
  if (second === undefined) {
    const field = org.schemas[object].get(first) ?? noColumn(object, first);
    return { name, field, read: (record) => readValue(record, first) };
  }
  const link = [...org.schemas[object].values()].find(({ relationshipName }) => relationshipName === first);
  if (link === undefined || deeper.length > 0) {
    throw new ApiRefusal(400, 'INVALID_FIELD', `Didn't understand relationship '${first}' in field path.`);
  }
  const field = fieldOfAny(org, link.referenceTo, second);
  return {
    name,
    field,
    read(record) {
      const id = record.values[link.name];
      const target = typeof id === 'string' ? org.find(id) : undefined;
      if (target?.state !== 'there') return null;
      return second === 'Type' && !org.schemas[target.object].has('Type')
        ? target.object
        : readValue(target, second);
    },
  };
}

/** Fields that several kinds of record share can be read through a reference to any of them. */
function fieldOfAny(org: Org, objects: readonly ObjectName[], name: string): FieldSchema {
  const common = objects.map((object) => org.schemas[object].get(name));
  const [field] = common;
  if (common.every((one) => one !== undefined) && field !== undefined) return field;
  if (name === 'Type' && objects.length > 1) return typeField;
  return noColumn(objects.length === 1 ? (objects[0] ?? '') : 'Name', name);
}

const typeField = field('Type', 'string', { ...never, length: 40 });

function noColumn(entity: string, name: string): never {
  throw new ApiRefusal(
    400,
    'INVALID_FIELD',
    `No such column '${name}' on entity '${entity}'. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate names.`,
  );
}

function readValue(record: OrgRecord, name: string): JsonValue {
  return record.values[name] ?? null;
}

/** A row of a search or query answer. */
export function asRow(record: OrgRecord, paths: readonly FieldPath[], root: string): JsonValue {
  const row: Record<string, JsonValue> = { attributes: attributesOf(record.object, record.id, root) };
  for (const path of paths) {
    const [parent = '', name] = path.name.split('.');
    const value = path.read(record);
    if (name === undefined) {
      row[parent] = value;
      continue;
    }
    const linked = pointsSomewhere(record, parent);
    row[parent] = linked
      ? { ...(row[parent] as Record<string, JsonValue> | undefined), [name]: value }
      : null;
  }
  return row;
}

function pointsSomewhere({ values }: OrgRecord, relationship: string): boolean {
  return typeof values[`${relationship}Id`] === 'string';
}

export function attributesOf(object: ObjectName, id: string, root: string): JsonValue {
  return { type: object, url: `${root}/sobjects/${object}/${id}` };
}

/** Converts an instant from a statement to the form in records, so that both compare as text. */
export function comparableInstant(text: string): string {
  return text.includes('T') ? asApiTime(Date.parse(text)) : text;
}
