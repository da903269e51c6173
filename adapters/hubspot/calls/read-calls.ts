import type { ReadRow, ReadResult } from '#crm';
import { recordsByKey, type HubspotRecord } from '../api/answers.ts';
import { isMissing, type ErrorDetails } from '../api/refusal.ts';
import { callKey } from '../check/properties.ts';
import { batchRowsMax, type HubspotClient } from '../client.ts';
import { inBatches } from './rows.ts';

/** Reads calls by id, or by key. @param isUnique the key property is unique in the portal */
export async function readCalls(
  client: HubspotClient,
  isUnique: boolean,
  rows: readonly ReadRow[],
  names: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, ReadResult>> {
  const results = new Map<string, ReadResult>();
  for (const batch of inBatches(
    rows.filter(({ id }) => id !== undefined),
    batchRowsMax,
  )) {
    const ids = batch.map(({ id }) => id ?? '');
    const { records, errors } = await client.readCalls(ids, names, signal);
    const byId = new Map(records.map((record) => [record.id, record]));
    for (const { delivery, id = '' } of batch) results.set(delivery.id, resultOf(byId.get(id), id, errors));
  }
  for (const batch of inBatches(
    rows.filter(({ id }) => id === undefined),
    batchRowsMax,
  )) {
    const keys = batch.map(({ delivery }) => delivery.idempotencyKey);
    const withKey = [callKey, ...names];
    const { records, errors } = isUnique
      ? await client.readCallsByKey(keys, withKey, signal)
      : { records: await client.searchCalls(keys, withKey, signal), errors: [] };
    const byKey = recordsByKey(records, callKey);
    for (const { delivery } of batch) {
      const key = delivery.idempotencyKey;
      const result = resultOf(byKey.get(key), key, errors);
      // A search reports no missing calls.
      results.set(delivery.id, result.kind === 'unread' && !isUnique ? { kind: 'gone' } : result);
    }
  }
  return results;
}

/**
 * A call is gone only when HubSpot says that its id or key is missing. An answer that omits the call proves nothing.
 */
export function isReportedGone(errors: readonly ErrorDetails[], idOrKey: string): boolean {
  return errors.some((error) => isMissing(error) && error.about.includes(idOrKey));
}

// In this time after a call was created, HubSpot itself adds links and computed values, which count as a change.
const settlesWithinMs = 5_000;

function resultOf(
  record: HubspotRecord | undefined,
  idOrKey: string,
  errors: readonly ErrorDetails[],
): ReadResult {
  if (record === undefined) return { kind: isReportedGone(errors, idOrKey) ? 'gone' : 'unread' };
  const { id, properties, createdAt, updatedAt } = record;
  const changedAfterMs = Date.parse(updatedAt ?? '') - Date.parse(createdAt ?? '');
  return { kind: 'shown', id, fields: properties, isUntouched: changedAfterMs <= settlesWithinMs };
}
