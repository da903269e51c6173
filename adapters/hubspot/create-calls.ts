import { retry } from '#contract';
import { batchRowsMax } from './client.ts';
import { matchAgain } from './match-again.ts';
import { refused, settleLanded } from './outcomes.ts';
import { keyMissing } from './pause.ts';
import { without } from './portal.ts';
import { callKey, ownerProperty, requiredProperties } from './properties.ts';
import {
  isConflict,
  isKeyFault,
  isMissing,
  isOutcomeUnknown,
  namedProperties,
  Refusal,
  type ErrorDetails,
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

/**
 * Makes calls, a hundred in one request, with their associations.
 *
 * @returns those that may be there already: to be recovered by their key
 */
export async function createCalls(run: Run, landings: readonly Landing[]): Promise<readonly Landing[]> {
  const doubtful: Landing[] = [];
  const queue: Row[][] = inBatches(landings, batchRowsMax);
  for (let batch = queue.shift(); batch !== undefined; batch = queue.shift()) {
    const { inDoubt, again } = await createBatch(run, batch);
    doubtful.push(...inDoubt);
    queue.unshift(...again);
  }
  return doubtful;
}

interface Unfinished {
  readonly inDoubt: readonly Row[];
  /** To be sent again, changed. */
  readonly again: readonly Row[][];
}

async function createBatch(run: Run, batch: readonly Row[]): Promise<Unfinished> {
  const calls = batch.map(({ delivery, properties, whom }) => ({
    key: delivery.idempotencyKey,
    properties,
    contactId: whom.contactId,
    companyId: whom.companyId,
  }));
  let answer: Awaited<ReturnType<typeof run.client.createCalls>>;
  try {
    answer = await run.client.createCalls(calls, run.signal);
  } catch (error) {
    if (isOutcomeUnknown(error)) return inDoubt(run, batch);
    if (!(error instanceof Refusal) || ![400, 404, 409, 413, 414].includes(error.status)) throw error;
    return refusedBatch(run, batch, error);
  }
  const idByKey = new Map(
    answer.records.map(({ id, properties, objectWriteTraceId }) => [
      properties[callKey] ?? objectWriteTraceId,
      id,
    ]),
  );
  const unconfirmed: Row[] = [];
  const again: Row[] = [];
  for (const row of batch) {
    const { idempotencyKey: key } = row.delivery;
    const remoteId = idByKey.get(key);
    const error = answer.errors.find(({ about }) => about.includes(key));
    if (remoteId !== undefined)
      settleLanded(run, row, { remoteId, effect: 'created', how: 'created', written: row.properties });
    else if (error === undefined || isConflict(error)) unconfirmed.push(row);
    else again.push(...(await changed(run, row, error)));
  }
  return { inDoubt: unconfirmed, again: again.length === 0 ? [] : [again] };
}

/** Where the key is unique, what is there is found by it at once; else only when the index has caught up. */
function inDoubt({ config, outcomes }: Run, batch: readonly Row[]): Unfinished {
  if (config.HUBSPOT_KEY === 'unique') return { inDoubt: batch, again: [] };
  for (const { delivery } of batch)
    outcomes.set(
      delivery.id,
      retry(delivery.id, 'outcome_unknown', 'HubSpot did not say whether the call was made.', indexLagMs),
    );
  return { inDoubt: [], again: [] };
}

/** A batch that was refused as a whole: nothing of it was written. */
async function refusedBatch(run: Run, batch: readonly Row[], error: Refusal): Promise<Unfinished> {
  const { details, status } = error;
  const [only] = batch;
  if (isConflict(details, status)) return { inDoubt: batch, again: [] };
  if (batch.length === 1 && only !== undefined) {
    const again = await changed(run, only, details);
    return { inDoubt: [], again: again.length === 0 ? [] : [again] };
  }
  if (isKeyFault(details, callKey)) throw keyMissing(error);
  const half = Math.ceil(batch.length / 2);
  return { inDoubt: [], again: [batch.slice(0, half), batch.slice(half)] };
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
