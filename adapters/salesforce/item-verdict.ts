import type { AdapterMisconfigured } from '#contract';
import { safeMessage, stopFor, type ApiError } from './failure.ts';
import { keyField, type Fields } from './task-fields.ts';

/** What to do with a record that Salesforce refused. */
export type ItemVerdict =
  /** It is there already; its id, when the message tells it. */
  | { readonly kind: 'duplicate'; readonly recordId: string | undefined }
  /** It was deleted, and stays so. */
  | { readonly kind: 'gone' }
  /** Send it once more without these. */
  | { readonly kind: 'drop'; readonly fields: readonly string[]; readonly code: string }
  | { readonly kind: 'retry'; readonly code: string; readonly reason: string }
  | { readonly kind: 'stop'; readonly error: AdapterMisconfigured }
  | { readonly kind: 'reject'; readonly code: string; readonly reason: string; readonly remedy: string };

const transient: ReadonlySet<string> = new Set([
  'UNABLE_TO_LOCK_ROW',
  'SERVER_UNAVAILABLE',
  'UNKNOWN_EXCEPTION',
  'QUERY_TIMEOUT',
  'PROCESSING_HALTED',
  'REQUEST_RUNNING_TOO_LONG',
  'REQUEST_LIMIT_EXCEEDED',
]);
const linkCodes: ReadonlySet<string> = new Set([
  'INVALID_CROSS_REFERENCE_KEY',
  'ENTITY_IS_DELETED',
  'FIELD_INTEGRITY_EXCEPTION',
  'INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY',
  'MALFORMED_ID',
  'CANNOT_UPDATE_CONVERTED_LEAD',
]);
const goneCodes: ReadonlySet<string> = new Set([
  'ENTITY_IS_DELETED',
  'INVALID_CROSS_REFERENCE_KEY',
  'NOT_FOUND',
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
const links = ['WhoId', 'WhatId'];

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
  const drops = verdicts.flatMap((verdict) => (verdict.kind === 'drop' ? verdict.fields : []));
  const decided = first('duplicate') ?? first('gone') ?? first('stop') ?? first('retry') ?? first('reject');
  if (decided !== undefined) return decided;
  const [code] = errors.map((error) => error.code);
  return drops.length > 0
    ? { kind: 'drop', fields: [...new Set(drops)], code: code ?? 'no code' }
    : { kind: 'retry', code: 'no_reason', reason: 'Salesforce refused the Task and named no reason.' };
}

/** Which of the fields that were sent an error complains of, when the Task can do without them. */
export function droppableFields(error: ApiError, sent: Fields, mapped: ReadonlySet<string>): string[] {
  const inSent = (names: readonly string[]): string[] => names.filter((name) => name in sent);
  if (ownerCodes.has(error.code)) return inSent(['OwnerId']);
  const can = [...dispensable, ...mapped, ...(linkCodes.has(error.code) ? links : [])];
  const named = inSent(can).filter((name) =>
    error.fields.length > 0 ? error.fields.includes(name) : new RegExp(`\\b${name}\\b`).test(error.message),
  );
  if (named.length > 0 && (fieldCodes.has(error.code) || linkCodes.has(error.code))) return named;
  if (!linkCodes.has(error.code) || error.fields.length > 0) return [];
  const linked = inSent(links);
  return linked.length > 0 ? linked : inSent(['OwnerId']);
}

function verdictOf(
  error: ApiError,
  sent: Fields,
  mapped: ReadonlySet<string>,
  work: 'create' | 'update',
): ItemVerdict {
  const { code, message } = error;
  const stop = stopFor(code);
  if (stop !== undefined) return { kind: 'stop', error: stop };
  const fields = droppableFields(error, sent, mapped);
  if (code === 'DUPLICATE_VALUE' && (fields.length === 0 || message.includes(keyField)))
    return { kind: 'duplicate', recordId: /\b00T[A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?\b/.exec(message)?.[0] };
  // A trigger tells of a lock in its own words.
  if (transient.has(code) || message.includes('UNABLE_TO_LOCK_ROW'))
    return {
      kind: 'retry',
      code: code.toLowerCase(),
      reason: `Salesforce could not write the Task now (${code}).`,
    };
  if (fields.length > 0) return { kind: 'drop', fields, code };
  if (work === 'update' && goneCodes.has(code)) return { kind: 'gone' };
  return {
    kind: 'reject',
    code: code.toLowerCase().slice(0, 64),
    reason: `Salesforce refuses the Task (${code}): ${safeMessage(message)}`,
    remedy: remedyFor(code, error.fields),
  };
}

function remedyFor(code: string, fields: readonly string[]): string {
  const named = fields.length > 0 ? ` (${fields.join(', ')})` : '';
  const again = 'then: npm run replay -- --destination salesforce --state rejected';
  switch (code) {
    case 'FIELD_CUSTOM_VALIDATION_EXCEPTION':
      return `Let the validation rule on Task${named} pass Tasks of the integration user, ${again}`;
    case 'REQUIRED_FIELD_MISSING':
      return `Fill the required field${named} by SALESFORCE_FIELDS, or give it a default in the org, ${again}`;
    case 'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY':
      return `A trigger or flow on Task failed: mend it or leave out the integration user, ${again}`;
    case 'INSUFFICIENT_ACCESS_OR_READONLY':
      return `Let the integration user edit Tasks of others: a role above them, or Modify All on Task, ${again}`;
    default:
      return `Mend what the message says in the org${named}, or in mapping.ts, ${again}`;
  }
}
