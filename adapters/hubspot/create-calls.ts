import { retry } from '#contract';
import type { BatchAnswer } from './answers.ts';
import { batchRowsMax } from './client.ts';
import { matchAgain } from './match-again.ts';
import { refused, settleLanded } from './outcomes.ts';
import { keyMissing } from './pause.ts';
import { without } from './portal.ts';
import { callKey, ownerProperty, requiredProperties } from './properties.ts';
import {
  isBatchRefused,
  isConflict,
  isKeyFault,
  isMissing,
  isOutcomeUnknown,
  namedProperties,
  type ErrorDetails,
  type Refusal,
} from './refusal.ts';
import { inBatches, type Landing, type Run } from './run.ts';

/** What was tried already for a call that HubSpot refused as it was. */
interface Tries {
  readonly dropped?: true;
  readonly matched?: true;
  readonly alone?: true;
}

type Row = Landing & { readonly tries?: Tries };

// So long the index may lag behind: a call is looked for only then, where its key is not unique.
const indexLagMs = 60_000;

/** Lands calls that may be there already. */
type Recover = (landings: readonly Landing[]) => Promise<void>;

/**
 * Makes calls, a hundred in one request, with their associations.
 *
 * @param recover is given those that may be there already, before anything more is made
 */
export async function createCalls(run: Run, landings: readonly Landing[], recover: Recover): Promise<void> {
  const queue: Row[][] = inBatches(landings, batchRowsMax);
  for (let batch = queue.shift(); batch !== undefined; batch = queue.shift())
    queue.unshift(...(await createBatch(run, batch, recover)));
}

/** Answers what is to be sent again, changed. */
async function createBatch(run: Run, batch: readonly Row[], recover: Recover): Promise<Row[][]> {
  const calls = batch.map(({ delivery, properties, whom }) => ({
    key: delivery.idempotencyKey,
    properties,
    contactId: whom.contactId,
    companyId: whom.companyId,
  }));
  let answer: BatchAnswer;
  try {
    answer = await run.client.createCalls(calls, run.signal);
  } catch (error) {
    if (isOutcomeUnknown(error)) await resolveDoubt(run, batch, recover);
    else if (isBatchRefused(error)) return refusedBatch(run, batch, error, recover);
    else throw error;
    return [];
  }
  const idByKey = new Map(
    answer.records.map(({ id, properties, objectWriteTraceId }) => [
      properties[callKey] ?? objectWriteTraceId,
      id,
    ]),
  );
  const inDoubt: Row[] = [];
  const again: Row[] = [];
  for (const row of batch) {
    const { idempotencyKey: key } = row.delivery;
    const remoteId = idByKey.get(key);
    const error = answer.errors.find(({ about }) => about.includes(key));
    if (remoteId !== undefined)
      settleLanded(run, row, { remoteId, effect: 'created', how: 'created', written: row.properties });
    else if (error === undefined || isConflict(error)) inDoubt.push(row);
    else again.push(...(await changed(run, row, error)));
  }
  if (inDoubt.length > 0) await resolveDoubt(run, inDoubt, recover);
  return again.length === 0 ? [] : [again];
}

/** Where the key is unique, what is there is found by it at once; else only when the index has caught up. */
async function resolveDoubt(run: Run, batch: readonly Row[], recover: Recover): Promise<void> {
  if (run.config.HUBSPOT_KEY === 'unique') {
    await recover(batch);
    return;
  }
  const reason = 'HubSpot did not say whether the call was made.';
  for (const { delivery } of batch)
    run.outcomes.set(delivery.id, retry(delivery.id, 'outcome_unknown', reason, indexLagMs));
}

/** A batch that was refused as a whole: nothing of it was written. */
async function refusedBatch(
  run: Run,
  batch: readonly Row[],
  error: Refusal,
  recover: Recover,
): Promise<Row[][]> {
  const { details, status } = error;
  const [only] = batch;
  if (isConflict(details, status)) {
    await resolveDoubt(run, batch, recover);
    return [];
  }
  if (isKeyFault(details, callKey)) throw keyMissing(error);
  if (batch.length === 1 && only !== undefined) {
    const again = await changed(run, only, details);
    return again.length === 0 ? [] : [again];
  }
  const half = Math.ceil(batch.length / 2);
  return [batch.slice(0, half), batch.slice(half)];
}

/** A refused call as it may be taken, or none when it was rejected. */
async function changed(run: Run, row: Row, error: ErrorDetails): Promise<Row[]> {
  const { delivery, properties, whom, tries } = row;
  if (isKeyFault(error, callKey)) throw keyMissing();
  const named = namedProperties(error, Object.keys(properties));
  const optional = named.filter((name) => !requiredProperties.has(name));
  if (optional.length > 0 && optional.length === named.length && tries?.dropped === undefined) {
    const refusedOwner = optional.includes(ownerProperty) ? properties[ownerProperty] : undefined;
    if (refusedOwner !== undefined) run.owners.refuse(refusedOwner);
    const why = 'HubSpot refuses the value';
    const dropped = { ...row.dropped, ...Object.fromEntries(optional.map((name) => [name, why])) };
    return [
      { ...row, properties: without(properties, optional), dropped, tries: { ...tries, dropped: true } },
    ];
  }
  if (isMissing(error) && (whom.contactId ?? whom.companyId) !== undefined && tries?.alone === undefined) {
    // The contact or company was deleted since it was found.
    const next = tries?.matched === undefined ? await matchAgain(run, row) : undefined;
    return next === undefined
      ? [
          {
            ...row,
            whom: { ...whom, contactId: undefined, companyId: undefined },
            tries: { ...tries, alone: true },
          },
        ]
      : [{ ...row, ...next, tries: { ...tries, matched: true } }];
  }
  run.outcomes.set(delivery.id, refused(delivery.id, error));
  return [];
}
