import { AdapterMisconfigured } from '#contract';
import { recordLaterCodes, stopFor, type ApiError } from './failure.ts';
import { remedyFor, tasksForbidden } from './remedies.ts';
import { withoutNumbers, type Fields, type RowResult } from '#crm';
import { keyField, links, ownTaskFields } from '../tasks/task-fields.ts';

/** The decision about a record that Salesforce refused. */
export type ItemVerdict =
  /** `there`: another record has the key; its id, if the message names it. `gone`: the record was deleted. */
  | Extract<RowResult, { kind: 'there' | 'gone' | 'later' | 'stop' }>
  | Rejection
  /** Send the record once more without these fields. */
  | {
      readonly kind: 'drop';
      readonly fields: readonly string[];
      readonly code: string;
      /** The user was refused as an owner. */
      readonly isOwner: boolean;
    }
  /** Too many records at once for a trigger or flow. Fewer may work. A record that fails alone gets the rejection. */
  | { readonly kind: 'crowded'; readonly rejection: Rejection };

type Rejection = Extract<RowResult, { kind: 'refused' }>;

/** Matches errors of a governor limit. All records of a request share this limit on the work of triggers and flows. */
const governorLimit =
  /\bLimitException\b|\bToo many (?:SOQL|SOSL|DML|query rows|future|queueable|callouts)|\bCPU time limit exceeded|\bheap size too large/i;

export function isGovernorLimit(message: string): boolean {
  return governorLimit.test(message);
}

const goneOrHidden = 'The Task was deleted for good, or is hidden from the integration user';

const linkCodes: ReadonlySet<string> = new Set([
  'INVALID_CROSS_REFERENCE_KEY',
  'ENTITY_IS_DELETED',
  'FIELD_INTEGRITY_EXCEPTION',
  'FIELD_FILTER_VALIDATION_EXCEPTION',
  'INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY',
  'MALFORMED_ID',
  'CANNOT_UPDATE_CONVERTED_LEAD',
]);
const goneCodes: ReadonlySet<string> = new Set([
  'ENTITY_IS_DELETED',
  'INVALID_CROSS_REFERENCE_KEY',
  'NOT_FOUND',
]);
/**
 * Errors about access. When a Task is created, they concern a link or the owner that the user cannot use. If the Task
 * has neither, the user cannot create Tasks at all.
 */
const accessCodes: ReadonlySet<string> = new Set(['INSUFFICIENT_ACCESS', 'INSUFFICIENT_ACCESS_OR_READONLY']);
/** Errors that concern every Task when they name a field that every Task has. */
const schemaCodes: ReadonlySet<string> = new Set([
  'INVALID_FIELD',
  'INVALID_FIELD_FOR_INSERT_UPDATE',
  'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
]);
const ownerCodes: ReadonlySet<string> = new Set([
  'INACTIVE_OWNER_OR_USER',
  'OP_WITH_INVALID_USER_TYPE_EXCEPTION',
  'TRANSFER_REQUIRES_READ',
]);
const fieldCodes: ReadonlySet<string> = new Set([
  'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
  'INVALID_FIELD',
  'INVALID_FIELD_FOR_INSERT_UPDATE',
  'INVALID_TYPE_ON_FIELD_IN_RECORD',
  'JSON_PARSER_ERROR',
  'NUMBER_OUTSIDE_VALID_RANGE',
  'STRING_TOO_LONG',
  'DUPLICATE_VALUE',
  'FIELD_INTEGRITY_EXCEPTION',
]);

/** Fields that a Task can do without, in addition to the fields of `SALESFORCE_FIELDS`. */
const dispensable: readonly string[] = ['CallType', 'CallDisposition', 'Priority', 'OwnerId'];

/**
 * Decides about a refused record by its errors.
 *
 * @param sent the fields that were sent
 * @param mapped the fields of `SALESFORCE_FIELDS`
 */
export function itemVerdict(
  errors: readonly ApiError[],
  sent: Fields,
  mapped: ReadonlySet<string>,
  work: 'create' | 'update',
): ItemVerdict {
  const verdicts = errors.map((error) => verdictOf(error, sent, mapped, work));
  const first = (kind: ItemVerdict['kind']): ItemVerdict | undefined =>
    verdicts.find((verdict) => verdict.kind === kind);
  const drops = verdicts.filter((verdict) => verdict.kind === 'drop');
  const decided =
    first('there') ??
    first('gone') ??
    first('stop') ??
    first('later') ??
    first('crowded') ??
    first('refused');
  if (decided !== undefined) return decided;
  const [code] = errors.map((error) => error.code);
  return drops.length > 0
    ? {
        kind: 'drop',
        fields: [...new Set(drops.flatMap(({ fields }) => fields))],
        code: code ?? 'no code',
        isOwner: drops.some(({ isOwner }) => isOwner),
      }
    : { kind: 'later', code: 'no_reason', reason: 'Salesforce refused the Task without a reason.' };
}

/** The sent fields that an error names. */
export function fieldsNamed(error: ApiError, sent: Fields): string[] {
  return Object.keys(sent).filter((name) =>
    error.fields.length > 0 ? error.fields.includes(name) : new RegExp(`\\b${name}\\b`).test(error.message),
  );
}

/** The sent fields that a Task can do without. */
export function dispensableFields(sent: Fields, mapped: ReadonlySet<string>): string[] {
  return Object.keys(sent).filter((name) => dispensable.includes(name) || mapped.has(name));
}

/** True when an error is about the owner of the Task and not about its links. */
function isOwnerRefused(error: Pick<ApiError, 'code' | 'fields'>): boolean {
  return ownerCodes.has(error.code) || error.fields.includes('OwnerId');
}

/**
 * The fault of an org that accepts no Task at all, because the user cannot write a field that every Task needs.
 *
 * @returns undefined when the error means something else
 */
export function unwritableField(error: ApiError, sent: Fields): AdapterMisconfigured | undefined {
  const { code, message } = error;
  if (!schemaCodes.has(code)) return undefined;
  const needed = fieldsNamed(error, sent).filter(
    (name) => ownTaskFields.has(name) && !dispensable.includes(name),
  );
  if (needed.includes(keyField) || message.includes(keyField)) {
    return new AdapterMisconfigured(
      `The org has no field ${keyField} on Task that the integration user can write (${code}).`,
      'Deploy adapters/salesforce/metadata and assign its permission set (adapters/salesforce/README.md), or set SALESFORCE_KEY=callobject.',
    );
  }
  if (needed.length === 0) return undefined;
  return new AdapterMisconfigured(
    `The org does not let the integration user write ${needed.join(', ')} of a Task (${code}).`,
    'Run npm run doctor to find the fields. Then assign the permission set Jet_Call_Logging (adapters/salesforce/README.md), or correct SALESFORCE_STATUS_CLOSED and SALESFORCE_STATUS_OPEN.',
  );
}

/** The sent fields that an error refuses and that the Task can do without. */
function droppableFields(
  error: ApiError,
  sent: Fields,
  mapped: ReadonlySet<string>,
  work: 'create' | 'update',
): string[] {
  const { code } = error;
  const inSent = (names: readonly string[]): string[] => names.filter((name) => name in sent);
  if (ownerCodes.has(code)) return inSent(['OwnerId']);
  const isAboutLinks = linkCodes.has(code) || (work === 'create' && accessCodes.has(code));
  const can = [...dispensableFields(sent, mapped), ...(isAboutLinks ? links : [])];
  const named = fieldsNamed(error, sent).filter((name) => can.includes(name));
  if (named.length > 0 && (fieldCodes.has(code) || isAboutLinks)) return named;
  if (!isAboutLinks || error.fields.length > 0) return [];
  const linked = inSent(links);
  // A refused update that sends no link means that the Task itself is gone.
  if (linked.length > 0 || (work === 'update' && goneCodes.has(code))) return linked;
  return inSent(['OwnerId']);
}

function verdictOf(
  error: ApiError,
  sent: Fields,
  mapped: ReadonlySet<string>,
  work: 'create' | 'update',
): ItemVerdict {
  const { code, message } = error;
  const stop = stopFor(code) ?? unwritableField(error, sent);
  if (stop !== undefined) return { kind: 'stop', error: stop };
  const fields = droppableFields(error, sent, mapped, work);
  const isKey = message.includes(keyField);
  if (code === 'DUPLICATE_VALUE' && keyField in sent && (fields.length === 0 || isKey)) {
    const named = /\b00T[A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?\b/.exec(message)?.[0];
    return { kind: 'there', id: isKey ? named : undefined };
  }
  // A trigger reports a lock in a message of its own.
  if (recordLaterCodes.has(code) || message.includes('UNABLE_TO_LOCK_ROW'))
    return {
      kind: 'later',
      code: code.toLowerCase(),
      reason: `Salesforce could not write the Task now (${code}).`,
    };
  if (fields.length > 0) return { kind: 'drop', fields, code, isOwner: isOwnerRefused(error) };
  if (work === 'update' && goneCodes.has(code))
    return { kind: 'gone', part: 'activity', ...(code !== 'ENTITY_IS_DELETED' && { rule: goneOrHidden }) };
  if (work === 'create' && accessCodes.has(code)) return { kind: 'stop', error: tasksForbidden(code) };
  const rejection: Rejection = {
    kind: 'refused',
    code: code.toLowerCase().slice(0, 64),
    reason: `Salesforce refuses the Task (${code}): ${withoutNumbers(message)}`,
    remedy: remedyFor(code, error.fields),
  };
  return isGovernorLimit(message) ? { kind: 'crowded', rejection } : rejection;
}
