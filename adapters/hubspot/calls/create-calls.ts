import { rejected, retry } from '#contract';
import { recordsByKey, type BatchAnswer } from '../api/answers.ts';
import { batchRowsMax } from '../client.ts';
import { matchAgain, withoutGone, withWhom } from '../people/match-again.ts';
import { skipWithoutPerson } from '../people/match.ts';
import { propertyRequired, settleLanded } from './outcomes.ts';
import { keyMissing } from '../api/pause.ts';
import { callKey, filled } from '../check/properties.ts';
import { refuseOptional, setRefused, withoutOptional } from '../api/refused-row.ts';
import {
  isBatchRefused,
  isConflict,
  isKeyFault,
  isMissing,
  isOutcomeUnknown,
  namedProperties,
  rowFaultOf,
  type ErrorDetails,
  type Refusal,
} from '../api/refusal.ts';
import { missingProperties } from '../check/required-properties.ts';
import { halvesOfCalls, inBatches, sendWrite, type Landing, type Run } from '../api/run.ts';

/** A call that is to be made. `isMatchedAgain`: whom it is about was looked for anew already. */
type Row = Landing & { readonly isMatchedAgain?: true };

// So long the index may lag behind: a call is looked for only then, where its key is not unique.
export const indexLagMs = 60_000;

/** What is done about calls that may be there already. */
export interface Doubt {
  /** HubSpot did not say whether they were made. */
  resolve(landings: readonly Landing[]): Promise<void>;
  /** True when the keys were looked up just now: none is there, and a conflict is about another property. */
  readonly isKeyFree: boolean;
}

/** Makes calls, a hundred in one request, with their associations. */
export async function createCalls(run: Run, landings: readonly Landing[], doubt: Doubt): Promise<void> {
  const queue: Row[][] = inBatches(landings, batchRowsMax);
  for (let batch = queue.shift(); batch !== undefined; batch = queue.shift())
    queue.unshift(...(await createBatch(run, batch, doubt)));
}

/** Answers what is to be sent again, changed. */
async function createBatch(run: Run, given: readonly Row[], doubt: Doubt): Promise<Row[][]> {
  const batch = given.map((row) => {
    const { taken, left } = run.refusedValues.strip(filled(row.properties));
    return { ...row, properties: taken, dropped: { ...row.dropped, ...left } };
  });
  const calls = batch.map(({ delivery, properties, whom }) => ({
    key: delivery.idempotencyKey,
    properties,
    contactId: whom.contactId,
    companyId: whom.companyId,
  }));
  let answer: BatchAnswer;
  try {
    answer = await sendWrite(run, batch, () => run.client.createCalls(calls, run.signal));
  } catch (error) {
    if (isOutcomeUnknown(error)) await resolveDoubt(run, batch, doubt);
    else if (isBatchRefused(error)) return refusedBatch(run, batch, error, doubt);
    else throw error;
    return [];
  }
  const byKey = recordsByKey(answer.records, callKey);
  const inDoubt: Row[] = [];
  const failed: [Row, ErrorDetails][] = [];
  for (const row of batch) {
    const { idempotencyKey: key } = row.delivery;
    const remoteId = byKey.get(key)?.id;
    const error = answer.errors.find(({ about }) => about.includes(key));
    if (remoteId !== undefined)
      settleLanded(run, row, { remoteId, effect: 'created', how: 'created', written: row.properties });
    else if (error === undefined || isOurConflict(row, error, doubt)) inDoubt.push(row);
    else failed.push([row, error]);
  }
  // What landed is settled first: the rest may end with an error for the batch.
  if (inDoubt.length > 0) await resolveDoubt(run, inDoubt, doubt);
  const again: Row[] = [];
  for (const [row, error] of failed) again.push(...(await changed(run, row, error)));
  return again.length === 0 ? [] : [again];
}

/** Where the key is unique, what is there is found by it at once; else only when the index has caught up. */
async function resolveDoubt(run: Run, batch: readonly Row[], doubt: Doubt): Promise<void> {
  if (run.config.HUBSPOT_KEY === 'unique') {
    await doubt.resolve(batch);
    return;
  }
  const reason = 'HubSpot did not say whether the call was made.';
  for (const { delivery } of batch)
    run.outcomes.set(delivery.id, retry(delivery.id, 'outcome_unknown', reason, indexLagMs));
}

/** The call is there already, as far as the error tells: it may be about another property that is unique. */
function isOurConflict(
  { properties }: Row,
  error: ErrorDetails,
  { isKeyFree }: Doubt,
  status?: number,
): boolean {
  if (isKeyFree || !isConflict(error, status)) return false;
  const named = namedProperties(error, Object.keys(properties));
  return named.length === 0 || named.includes(callKey);
}

/** A batch that was refused as a whole: nothing of it was written. */
async function refusedBatch(run: Run, batch: readonly Row[], error: Refusal, doubt: Doubt): Promise<Row[][]> {
  const { details, status } = error;
  const [only] = batch;
  if (only === undefined) return [];
  if (isOurConflict(only, details, doubt, status)) {
    await resolveDoubt(run, batch, doubt);
    return [];
  }
  if (isKeyFault(details, callKey)) throw keyMissing(error);
  if (rowFaultOf(details) === 'forbidden') throw error;
  if (batch.length > 1) {
    const others = withoutLacking(run, batch, missingProperties(details));
    if (others.length === batch.length) return halvesOfCalls(run, batch);
    return others.length === 0 ? [] : [others];
  }
  const again = await changed(run, only, details, status);
  return again.length === 0 ? [] : [again];
}

/** Rejects the calls that lack a required property: the same rule refuses each of them. Answers the others. */
function withoutLacking(run: Run, batch: readonly Row[], missing: readonly string[]): Row[] {
  return batch.filter(({ delivery: { id }, properties }) => {
    const lacking = missing.filter((name) => (properties[name] ?? '') === '');
    if (lacking.length > 0) run.outcomes.set(id, propertyRequired(id, lacking));
    return lacking.length === 0;
  });
}

/** A refused call as it may be taken, or none when it has its outcome. */
async function changed(run: Run, row: Row, error: ErrorDetails, status?: number): Promise<Row[]> {
  const { delivery, properties, whom } = row;
  const isAboutRow = rowFaultOf(error) === 'the row';
  // Each round leaves something out: it comes to an end.
  const optional = isAboutRow ? refuseOptional(run, properties, error) : [];
  if (optional.length > 0) return [withoutOptional(run, row, optional)];
  if (isAboutRow && isMissing(error) && (whom.contactId ?? whom.companyId) !== undefined) {
    // The contact or company was deleted since it was found.
    const found = row.isMatchedAgain === true ? undefined : await matchAgain(run, row);
    const next = found ?? withoutGone(whom, error);
    if (skipWithoutPerson(run, delivery, next)) return [];
    return [{ ...withWhom(run, row, next), isMatchedAgain: true }];
  }
  if (isConflict(error, status) && namedProperties(error, [callKey]).length > 0) {
    // It was made since the key was looked up.
    const reason = 'HubSpot has the call, and did not show it by its key yet.';
    run.outcomes.set(delivery.id, retry(delivery.id, 'not_read', reason));
  } else if (isConflict(error, status)) {
    const reason = 'HubSpot refuses the call: another record has a value of it that must be unique.';
    const remedy =
      'Take properties that are unique in HubSpot out of HUBSPOT_FIELDS, then: npm run replay -- --state rejected';
    run.outcomes.set(delivery.id, rejected(delivery.id, 'value_not_unique', reason, remedy));
  } else setRefused(run, row, error);
  return [];
}
