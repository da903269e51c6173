import { indexLagMs, type Row, type RowResult } from '#crm';
import { recordsByKey, type BatchAnswer } from '../api/answers.ts';
import { keyMissing } from '../api/pause.ts';
import {
  isBatchRefused,
  isConflict,
  isKeyFault,
  isMissing,
  isOutcomeUnknown,
  namedProperties,
  Refusal,
  rowFaultOf,
  type ErrorDetails,
} from '../api/refusal.ts';
import { callKey } from '../check/properties.ts';
import type { HubspotClient } from '../client.ts';
import { orStop, refusedRow, refusedTogether, withoutOptional } from './refused-row.ts';
import { propertiesOf } from './rows.ts';

/** Makes calls with their associations, at most a hundred. @param isUnique the key is unique in the portal */
export async function createCalls(
  client: HubspotClient,
  isUnique: boolean,
  rows: readonly Row[],
  signal: AbortSignal,
): Promise<readonly RowResult[]> {
  const isFree = rows.every(({ key }) => key === 'free');
  return isFree && isUnique
    ? await upsert(client, rows, signal)
    : await create(client, isUnique, rows, signal);
}

async function create(
  client: HubspotClient,
  isUnique: boolean,
  rows: readonly Row[],
  signal: AbortSignal,
): Promise<readonly RowResult[]> {
  const calls = rows.map((row) => ({
    key: row.delivery.idempotencyKey,
    properties: propertiesOf(row),
    contactId: row.person.record?.id,
    companyId: row.person.companyId,
  }));
  let answer: BatchAnswer;
  try {
    answer = await client.createCalls(calls, signal);
  } catch (error) {
    if (isOutcomeUnknown(error)) return rows.map((row) => inDoubt(row, isUnique));
    if (isBatchRefused(error)) return refusedBatch(rows, error, isUnique);
    throw error;
  }
  const byKey = recordsByKey(answer.records, callKey);
  return rows.map((row): RowResult => {
    const key = row.delivery.idempotencyKey;
    const id = byKey.get(key)?.id;
    if (id !== undefined) return { kind: 'saved', id };
    const error = answer.errors.find(({ about }) => about.includes(key));
    return error === undefined || isOurConflict(row, error) ? inDoubt(row, isUnique) : refused(row, error);
  });
}

/** By the key: whoever makes it first, there is one. An upsert takes no associations: they follow. */
async function upsert(
  client: HubspotClient,
  rows: readonly Row[],
  signal: AbortSignal,
): Promise<readonly RowResult[]> {
  const calls = rows.map((row) => ({ key: row.delivery.idempotencyKey, properties: propertiesOf(row) }));
  let answer: BatchAnswer;
  try {
    answer = await client.upsertCalls(calls, signal);
  } catch (error) {
    // Refused for one of the rows: creating them finds it row by row.
    if (isBatchRefused(error)) return await create(client, true, rows, signal);
    // HubSpot answers, since the key was read just now: it cannot take this call.
    if (rows.length === 1 && error instanceof Refusal && error.status >= 500)
      return rows.map((row) => inDoubt(row, true));
    throw error;
  }
  const byKey = recordsByKey(answer.records, callKey);
  const isRefused = ({ delivery: { idempotencyKey: key } }: Row): boolean =>
    !byKey.has(key) && answer.errors.some(({ about }) => about.includes(key));
  const again = rows.filter(isRefused);
  const results = await orStop(again, () => create(client, true, again, signal));
  return rows.map((row): RowResult => {
    const record = byKey.get(row.delivery.idempotencyKey);
    if (record !== undefined) return { kind: 'saved', id: record.id, isUnlinked: true };
    return results[again.indexOf(row)] ?? inDoubt(row, true);
  });
}

/** HubSpot did not say whether the call was made. A unique key finds it at once, a search only after a while. */
function inDoubt({ key }: Row, isUnique: boolean): RowResult {
  const notMade = 'HubSpot did not say whether the call was made.';
  if (!isUnique) return { kind: 'later', code: 'outcome_unknown', reason: notMade, delayMs: indexLagMs };
  if (key === 'unknown') return { kind: 'there', id: undefined };
  return key === 'free'
    ? { kind: 'later', code: 'not_confirmed', reason: notMade }
    : { kind: 'later', code: 'not_read', reason: 'HubSpot said nothing of the call when it was read.' };
}

/** The call is there already, as far as the error says: it may be about another property that is unique. */
function isOurConflict({ key, fields }: Row, error: ErrorDetails, status?: number): boolean {
  if (key === 'free' || !isConflict(error, status)) return false;
  const named = namedProperties(error, Object.keys(fields));
  return named.length === 0 || named.includes(callKey);
}

/** Nothing of the batch was written. */
function refusedBatch(rows: readonly Row[], error: Refusal, isUnique: boolean): RowResult[] {
  const { details, status } = error;
  const [only, ...more] = rows;
  if (only === undefined) return [];
  if (isOurConflict(only, details, status)) return rows.map((row) => inDoubt(row, isUnique));
  if (isKeyFault(details, callKey)) throw keyMissing(error);
  if (rowFaultOf(details) === 'forbidden') throw error;
  return more.length === 0
    ? [refused(only, details, status)]
    : refusedTogether(rows, details, ({ fields }, name) => fields[name]);
}

function refused(row: Row, error: ErrorDetails, status?: number): RowResult {
  const optional = withoutOptional(row, error);
  if (optional !== undefined) return optional;
  const { record, companyId } = row.person;
  if (rowFaultOf(error) === 'the row' && isMissing(error) && (record?.id ?? companyId) !== undefined)
    return { kind: 'gone', part: isCompanyGone(row, error) ? 'company' : 'person' };
  if (!isConflict(error, status)) return refusedRow(error);
  if (namedProperties(error, [callKey]).length > 0) {
    // It was made since the key was looked up.
    const reason = 'HubSpot has the call, and did not show it by its key yet.';
    return { kind: 'later', code: 'not_read', reason };
  }
  return {
    kind: 'refused',
    code: 'value_not_unique',
    reason: 'HubSpot refuses the call: another record has a value of it that must be unique.',
    remedy:
      'Take properties that are unique in HubSpot out of HUBSPOT_FIELDS, then: npm run replay -- --state rejected',
  };
}

/** The error names the record that is gone; otherwise the company goes first. */
function isCompanyGone({ person: { record, companyId } }: Row, { text }: ErrorDetails): boolean {
  const isNamed = (id: string | undefined): boolean =>
    id !== undefined && new RegExp(`(?<!\\w)${id}(?!\\w)`).test(text);
  return companyId !== undefined && (isNamed(companyId) || !isNamed(record?.id));
}
