import { AdapterMisconfigured } from '#contract';
import { recordLaterCodes, stopFor, type ApiError } from './failure.ts';
import { remedyFor, shutTasks } from './remedies.ts';
import { withoutNumbers, type Fields, type RowResult } from '#crm';
import { keyField, links, ownTaskFields } from '../tasks/task-fields.ts';

/** What to do with a record that Salesforce refused. */
export type ItemVerdict =
  /** `there`: the key is taken; by which record, when the message tells it. `gone`: it was deleted, and stays so. */
  | Extract<RowResult, { kind: 'there' | 'gone' | 'later' | 'stop' }>
  | Rejection
  /** Send it once more without these. */
  | {
      readonly kind: 'drop';
      readonly fields: readonly string[];
      readonly code: string;
      /** The owner was refused as an owner. */
      readonly isOwner: boolean;
    }
  /** Too much at once for a trigger or flow of the org. Fewer may go; one alone is refused. */
  | { readonly kind: 'crowded'; readonly rejection: Rejection };

type Rejection = Extract<RowResult, { kind: 'refused' }>;

/** A limit of the platform on what triggers and flows may do for one request: all its records share it. */
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
/** Of a record that is made: its links, or the owner, when they are not what the user may use. Else Tasks as such. */
const shutCodes: ReadonlySet<string> = new Set(['INSUFFICIENT_ACCESS', 'INSUFFICIENT_ACCESS_OR_READONLY']);
/** Errors that say the same of every Task when they name a field that each of them has. */
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

/** Without these a Task is still the call's. The fields of `SALESFORCE_FIELDS` come beside them. */
const dispensable: readonly string[] = ['CallType', 'CallDisposition', 'Priority', 'OwnerId'];

/**
 * Decides over a refused record by its errors.
 *
 * @param sent what was sent of it
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
    : { kind: 'later', code: 'no_reason', reason: 'Salesforce refused the Task and named no reason.' };
}

/** The fields, of those that were sent, that an error names. */
export function fieldsNamed(error: ApiError, sent: Fields): string[] {
  return Object.keys(sent).filter((name) =>
    error.fields.length > 0 ? error.fields.includes(name) : new RegExp(`\\b${name}\\b`).test(error.message),
  );
}

/** The fields, of those that were sent, that a Task can do without. */
export function dispensableFields(sent: Fields, mapped: ReadonlySet<string>): string[] {
  return Object.keys(sent).filter((name) => dispensable.includes(name) || mapped.has(name));
}

/** True when an error is about who owns the Task, and not about what it hangs on. */
function isOwnerRefused(error: Pick<ApiError, 'code' | 'fields'>): boolean {
  return ownerCodes.has(error.code) || error.fields.includes('OwnerId');
}

/**
 * The error of an org in which no Task can be written, since a field that each needs is shut.
 *
 * @returns undefined when the error says no such thing
 */
export function shutField(error: ApiError, sent: Fields): AdapterMisconfigured | undefined {
  const { code, message } = error;
  if (!schemaCodes.has(code)) return undefined;
  const needed = fieldsNamed(error, sent).filter(
    (name) => ownTaskFields.has(name) && !dispensable.includes(name),
  );
  if (needed.includes(keyField) || message.includes(keyField)) {
    return new AdapterMisconfigured(
      `The org has no field ${keyField} on Task that the integration user may write (${code}).`,
      'Deploy adapters/salesforce/metadata and assign its permission set (adapters/salesforce/README.md), or set SALESFORCE_KEY=callobject.',
    );
  }
  if (needed.length === 0) return undefined;
  return new AdapterMisconfigured(
    `The org does not take ${needed.join(', ')} of a Task from the integration user (${code}).`,
    'npm run doctor says which: assign the permission set Jet_Call_Logging (adapters/salesforce/README.md), or correct SALESFORCE_STATUS_CLOSED and SALESFORCE_STATUS_OPEN.',
  );
}

/** Which of the fields that were sent an error complains of, when the Task can do without them. */
function droppableFields(
  error: ApiError,
  sent: Fields,
  mapped: ReadonlySet<string>,
  work: 'create' | 'update',
): string[] {
  const { code } = error;
  const inSent = (names: readonly string[]): string[] => names.filter((name) => name in sent);
  if (ownerCodes.has(code)) return inSent(['OwnerId']);
  const isOfLinks = linkCodes.has(code) || (work === 'create' && shutCodes.has(code));
  const can = [...dispensableFields(sent, mapped), ...(isOfLinks ? links : [])];
  const named = fieldsNamed(error, sent).filter((name) => can.includes(name));
  if (named.length > 0 && (fieldCodes.has(code) || isOfLinks)) return named;
  if (!isOfLinks || error.fields.length > 0) return [];
  const linked = inSent(links);
  // Of a change that touches no other record, the Task itself is gone.
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
  const stop = stopFor(code) ?? shutField(error, sent);
  if (stop !== undefined) return { kind: 'stop', error: stop };
  const fields = droppableFields(error, sent, mapped, work);
  const isKey = message.includes(keyField);
  if (code === 'DUPLICATE_VALUE' && keyField in sent && (fields.length === 0 || isKey)) {
    const told = /\b00T[A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?\b/.exec(message)?.[0];
    return { kind: 'there', id: isKey ? told : undefined };
  }
  // A trigger tells of a lock in its own words.
  if (recordLaterCodes.has(code) || message.includes('UNABLE_TO_LOCK_ROW'))
    return {
      kind: 'later',
      code: code.toLowerCase(),
      reason: `Salesforce could not write the Task now (${code}).`,
    };
  if (fields.length > 0) return { kind: 'drop', fields, code, isOwner: isOwnerRefused(error) };
  if (work === 'update' && goneCodes.has(code))
    return { kind: 'gone', part: 'activity', ...(code !== 'ENTITY_IS_DELETED' && { rule: goneOrHidden }) };
  if (work === 'create' && shutCodes.has(code)) return { kind: 'stop', error: shutTasks(code) };
  const rejection: Rejection = {
    kind: 'refused',
    code: code.toLowerCase().slice(0, 64),
    reason: `Salesforce refuses the Task (${code}): ${withoutNumbers(message)}`,
    remedy: remedyFor(code, error.fields),
  };
  return isGovernorLimit(message) ? { kind: 'crowded', rejection } : rejection;
}
