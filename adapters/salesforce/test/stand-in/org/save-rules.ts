import type { JsonValue } from '../../../../../src/domain/jet-fields.ts';
import { saveError, type SaveError } from '../api-answer.ts';
import { attributesOf } from '../query/field-path.ts';
import type { Org } from './org.ts';
import { asLongId, objectOfId, type Fields, type ObjectName, type OrgRecord } from './org-record.ts';

/** The values to write, and the record that they change. */
export interface Save {
  readonly object: ObjectName;
  readonly values: Fields;
  /** The stored record. Undefined for a create. */
  readonly before: OrgRecord | undefined;
}

/** Checks a save by the org's rules in their order. The first rule that refuses gives the error. */
export function refusalOf(org: Org, save: Save, root: string): readonly SaveError[] {
  for (const rule of [required, references, leadWithWhat, uniqueness, locks, validation, duplicates]) {
    const errors = rule(org, save, root);
    if (errors.length > 0) return errors;
  }
  return [];
}

/** The record after the save. */
export function merged({ before, values }: Save): Fields {
  return { ...before?.values, ...values };
}

type Rule = (org: Org, save: Save, root: string) => readonly SaveError[];

const required: Rule = ({ schemas }, { object, values, before }) => {
  const missing = [...schemas[object].values()]
    .filter(({ name, required: isRequired }) => isRequired && isMissing(values[name], before !== undefined))
    .map(({ name }) => name);
  if (missing.length === 0) return [];
  const message = `Required fields are missing: [${missing.join(', ')}]`;
  return [saveError('REQUIRED_FIELD_MISSING', message, ...missing)];
};

function isMissing(value: JsonValue | undefined, keepsOld: boolean): boolean {
  return value === null || (value === undefined && !keepsOld);
}

const references: Rule = (org, { object, values }) =>
  Object.entries(values).flatMap(([name, id]) => {
    const field = org.schemas[object].get(name);
    if (field?.type !== 'reference' || typeof id !== 'string') return [];
    const label = name === 'WhoId' ? 'Name ID' : name === 'WhatId' ? 'Related To ID' : name;
    const kind = objectOfId(id);
    if (!/^(?:\w{15}|\w{18})$/.test(id)) return [saveError('MALFORMED_ID', `${label}: bad id ${id}`, name)];
    if (kind === undefined || !field.referenceTo.includes(kind)) {
      const message = `${label}: id value of incorrect type: ${id}`;
      return [saveError('FIELD_INTEGRITY_EXCEPTION', message, name)];
    }
    const target = org.find(id);
    if (target === undefined) return [saveError('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id')];
    if (target.state === 'deleted') return [saveError('ENTITY_IS_DELETED', 'entity is deleted')];
    if (name === 'OwnerId' && target.values.IsActive !== true) {
      const message = `operation performed with inactive user [${target.id}] as owner of ${object.toLowerCase()}`;
      return [saveError('INACTIVE_OWNER_OR_USER', message, 'OwnerId')];
    }
    return target.values.IsConverted === true
      ? [saveError('CANNOT_UPDATE_CONVERTED_LEAD', 'cannot reference converted lead')]
      : [];
  });

const leadWithWhat: Rule = (_, save) => {
  const { WhoId, WhatId } = merged(save);
  if (save.object !== 'Task' || typeof WhoId !== 'string' || typeof WhatId !== 'string') return [];
  if (objectOfId(WhoId) !== 'Lead') return [];
  const message = 'A task of a lead can be related to nothing else';
  return [saveError('FIELD_INTEGRITY_EXCEPTION', message, 'WhoId', 'WhatId')];
};

const uniqueness: Rule = (org, { object, values, before }) =>
  [...org.schemas[object].values()]
    .filter(({ unique }) => unique)
    .flatMap(({ name }) => {
      const other = holderOf(org, object, name, values[name]);
      if (other === undefined || other.id === before?.id) return [];
      const shown = org.options.duplicateMessage === 'hidden' ? '<unknown>' : other.id.slice(0, 15);
      const message = `duplicate value found: ${name} duplicates value on record with id: ${shown}`;
      return [saveError('DUPLICATE_VALUE', message)];
    });

/** The record that has this value in a unique or external id field. Deleted records do not count. */
export function holderOf(
  org: Org,
  object: ObjectName,
  name: string,
  value: JsonValue | undefined,
): OrgRecord | undefined {
  return holdersOf(org, object, name, value)[0];
}

export function holdersOf(
  org: Org,
  object: ObjectName,
  name: string,
  value: JsonValue | undefined,
): readonly OrgRecord[] {
  if (typeof value !== 'string') return [];
  const wanted = keyText(org, object, name, value);
  return org.all(object).filter(({ values }) => {
    const held = values[name];
    return typeof held === 'string' && keyText(org, object, name, held) === wanted;
  });
}

/** The form of a value in which the field's values are compared. */
export function keyText(org: Org, object: ObjectName, name: string, value: string): string {
  return org.schemas[object].get(name)?.caseSensitive === true ? value : value.toLowerCase();
}

const locks: Rule = (org, save) => {
  const held = lockedBySave(org, save).filter((id) => org.locked.has(id));
  if (held.length === 0) return [];
  const message = `unable to obtain exclusive access to this record or ${held.length} records: ${held.join(',')}`;
  return [saveError('UNABLE_TO_LOCK_ROW', message)];
};

function lockedBySave(org: Org, save: Save): string[] {
  const { before, object } = save;
  const after = merged(save);
  const own = before === undefined ? [] : [before.id];
  if (object !== 'Task') return own;
  const closed = org
    .all('TaskStatus')
    .some(({ values }) => values.ApiName === after.Status && values.IsClosed === true);
  const dated = typeof after.ActivityDate === 'string';
  if (before === undefined && (closed || !dated)) return own;
  const parents = [before?.values, after].flatMap((one) => [one?.WhoId, one?.WhatId, one?.AccountId]);
  const contact = typeof after.WhoId === 'string' ? org.find(after.WhoId) : undefined;
  const ids = [...parents, contact?.values.AccountId].filter((id) => typeof id === 'string');
  return [...new Set([...own, ...ids.map(asLongId)])];
}

const validation: Rule = (org, save) =>
  org.validationRules
    .filter(({ object, refuses }) => object === save.object && refuses(merged(save)))
    .map(({ message }) => saveError('FIELD_CUSTOM_VALIDATION_EXCEPTION', message));

const duplicates: Rule = (org, save, root) => {
  if (save.before !== undefined) return [];
  const ids = org.duplicateRules
    .filter(({ object }) => object === save.object)
    .flatMap(({ matches }) => matches(merged(save)));
  if (ids.length === 0) return [];
  const message = 'Use one of these records?';
  return [
    {
      ...saveError('DUPLICATES_DETECTED', message),
      duplicateResult: duplicateResult(save.object, ids, message, root),
    },
  ];
};

function duplicateResult(
  object: ObjectName,
  ids: readonly string[],
  message: string,
  root: string,
): JsonValue {
  const kinds = [...new Set(ids.map((id) => objectOfId(id) ?? object))];
  return {
    allowSave: false,
    duplicateRule: `Standard_${object}_Duplicate_Rule`,
    duplicateRuleEntityType: object,
    errorMessage: message,
    matchResults: kinds.map((kind) => {
      const matching = ids.filter((id) => (objectOfId(id) ?? object) === kind);
      return {
        entityType: kind,
        errors: [],
        matchEngine: 'FuzzyMatchEngine',
        matchRecords: matching.map((id) => ({
          additionalInformation: [],
          fieldDiffs: [],
          matchConfidence: 100,
          record: { attributes: attributesOf(kind, asLongId(id), root), Id: asLongId(id) },
        })),
        rule: `Standard_${kind}_Match_Rule_v1_0`,
        size: matching.length,
        success: true,
      };
    }),
  };
}
