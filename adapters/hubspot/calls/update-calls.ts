import type { Row, RowResult } from '#crm';
import type { BatchAnswer } from '../api/answers.ts';
import { isBatchRefused, isMissing, Refusal, rowFaultOf, type ErrorDetails } from '../api/refusal.ts';
import { missingProperties } from '../check/required-properties.ts';
import type { HubspotClient } from '../client.ts';
import { isReportedGone } from './read-calls.ts';
import { orStop, refusedRow, refusedTogether, withoutOptional } from './refused-row.ts';
import { propertiesOf } from './rows.ts';

/** Updates at most a hundred calls. */
export async function updateCalls(
  client: HubspotClient,
  rows: readonly Row[],
  signal: AbortSignal,
): Promise<readonly RowResult[]> {
  const changes = rows.map((row) => ({
    id: row.id ?? '',
    key: row.delivery.idempotencyKey,
    properties: propertiesOf(row),
  }));
  let answer: BatchAnswer;
  try {
    answer = await client.updateCalls(changes, signal);
  } catch (error) {
    if (isBatchRefused(error)) return await refusedBatch(client, rows, error, signal);
    // A call that can be read proves that HubSpot is reachable, so HubSpot cannot accept this change.
    if (rows.length === 1 && error instanceof Refusal && error.status >= 500)
      return await examineChanges(client, rows, [], signal);
    throw error;
  }
  const confirmed = new Set(answer.records.map(({ id }) => id));
  const open = rows.filter(({ id = '' }) => !confirmed.has(id));
  const results = await orStop(open, () => examineChanges(client, open, answer.errors, signal));
  return rows.map((row): RowResult => results[open.indexOf(row)] ?? { kind: 'saved', id: row.id ?? '' });
}

/** The results of rows when nothing of the batch was written. */
async function refusedBatch(
  client: HubspotClient,
  rows: readonly Row[],
  error: Refusal,
  signal: AbortSignal,
): Promise<readonly RowResult[]> {
  const { details } = error;
  const ids = rows.map(({ id = '' }) => id);
  if (rows.length === 1) return await examineChanges(client, rows, [{ ...details, about: ids }], signal);
  if (rowFaultOf(details) === 'forbidden') throw error;
  const missing = missingProperties(details);
  const records = missing.length === 0 ? [] : (await client.readCalls(ids, missing, signal)).records;
  const shown = new Map(records.map(({ id, properties }) => [id, properties]));
  return refusedTogether(rows, details, ({ id = '', fields }, name) => {
    const record = shown.get(id);
    // The missing properties of a call that cannot be read are unknown.
    return record === undefined ? 'unknown' : (fields[name] ?? record[name]);
  });
}

/** Examines changes that an update did not confirm: the call is gone, the change is refused, or it is retried. */
async function examineChanges(
  client: HubspotClient,
  rows: readonly Row[],
  errors: readonly ErrorDetails[],
  signal: AbortSignal,
): Promise<readonly RowResult[]> {
  const errorOf = ({ id = '', delivery }: Row): ErrorDetails | undefined =>
    errors.find(({ about }) => about.includes(id) || about.includes(delivery.idempotencyKey));
  const first = rows.map((row) => {
    const error = errorOf(row);
    return error === undefined ? undefined : withoutOptional(row, error);
  });
  const open = rows.filter((_row, index) => first[index] === undefined);
  const results = await orStop(open, async () => {
    const ids = open.map(({ id = '' }) => id);
    const { records, errors: unread } = await client.readCalls(ids, [], signal);
    const there = new Set(records.map(({ id }) => id));
    return open.map((row): RowResult => {
      const { id = '' } = row;
      const error = errorOf(row);
      if (isReportedGone(unread, id)) return { kind: 'gone', part: 'activity' };
      return error === undefined || isMissing(error) || !there.has(id) ? notConfirmed : refusedRow(error);
    });
  });
  return rows.map((row, index) => first[index] ?? results[open.indexOf(row)] ?? notConfirmed);
}

const notConfirmed: RowResult = {
  kind: 'later',
  code: 'not_confirmed',
  reason: 'HubSpot did not confirm the change of the call.',
};
