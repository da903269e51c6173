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

/** Creates at most a hundred calls with their associations. @param isUnique the key property is unique in the portal */
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

/**
 * Creates calls by key, so that only one exists even if another process creates it too. Associations must be added
 * later.
 */
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
    // One of the rows caused the refusal. A create finds that row.
    if (isBatchRefused(error)) return await create(client, true, rows, signal);
    // HubSpot just answered a read of the key, so it is reachable and cannot accept this call.
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

/** HubSpot did not say whether the call was created. A unique key finds it at once, a search only after a while. */
function inDoubt({ key }: Row, isUnique: boolean): RowResult {
  const notMade = 'HubSpot did not say whether it created the call.';
  if (!isUnique) return { kind: 'later', code: 'outcome_unknown', reason: notMade, delayMs: indexLagMs };
  if (key === 'unknown') return { kind: 'there', id: undefined };
  return key === 'free'
    ? { kind: 'later', code: 'not_confirmed', reason: notMade }
    : { kind: 'later', code: 'not_read', reason: 'HubSpot did not return the call when it was read.' };
}

/** True when the call already exists, according to the error. The error could concern another unique property. */
function isOurConflict({ key, fields }: Row, error: ErrorDetails, status?: number): boolean {
  if (key === 'free' || !isConflict(error, status)) return false;
  const named = namedProperties(error, Object.keys(fields));
  return named.length === 0 || named.includes(callKey);
}

/** The results of rows when nothing of the batch was written. */
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
    // Another process created it after the key was looked up.
    const reason = 'HubSpot has the call but does not find it by its key yet.';
    return { kind: 'later', code: 'not_read', reason };
  }
  return {
    kind: 'refused',
    code: 'value_not_unique',
    reason: 'HubSpot refuses the call: another record already has one of its values, which must be unique.',
    remedy:
      'Remove properties that are unique in HubSpot from HUBSPOT_FIELDS, then: npm run replay -- --state rejected',
  };
}

/** The error names the record that is gone. If it names neither, the company is dropped first. */
function isCompanyGone({ person: { record, companyId } }: Row, { text }: ErrorDetails): boolean {
  const isNamed = (id: string | undefined): boolean =>
    id !== undefined && new RegExp(`(?<!\\w)${id}(?!\\w)`).test(text);
  return companyId !== undefined && (isNamed(companyId) || !isNamed(record?.id));
}
