import { retry } from '#contract';
import { recordsByKey, type BatchAnswer, type HubspotRecord } from '../api/answers.ts';
import { associateCalls } from './associate-calls.ts';
import { batchRowsMax } from '../client.ts';
import { createCalls, type Doubt } from './create-calls.ts';
import type { Known } from './known-call.ts';
import { settleLanded } from './outcomes.ts';
import { callKey, filled } from '../check/properties.ts';
import { isBatchRefused, Refusal, type ErrorDetails } from '../api/refusal.ts';
import { inBatches, sendWrite, type Landing, type Run } from '../api/run.ts';
import { updateCalls } from './update-calls.ts';
import { isToldGone } from './write-changes.ts';

/**
 * Lands calls of which it is not known whether they are there: an answer was lost, or a crash came between. What is
 * found by its key is brought up to date like any other call; what is not is made, by its key.
 */
export async function recoverCalls(run: Run, landings: readonly Landing[]): Promise<void> {
  for (const batch of inBatches(landings, batchRowsMax)) await recoverBatch(run, batch);
}

async function recoverBatch(run: Run, batch: readonly Landing[]): Promise<void> {
  const isUnique = run.config.HUBSPOT_KEY === 'unique';
  const { found, errors } = await findByKey(run, batch);
  await updateCalls(
    run,
    batch.flatMap((landing) => {
      const record = found.get(landing.delivery.idempotencyKey);
      return record === undefined ? [] : [knownBy(landing, record)];
    }),
  );
  const others = batch.filter(({ delivery }) => !found.has(delivery.idempotencyKey));
  // Nothing but the key tells one call from another there, and nobody refuses a second one.
  if (!isUnique) {
    await createCalls(run, others, doubtful(run, { isKeyFree: true }));
    return;
  }
  const isMissing = ({ delivery }: Landing): boolean => isToldGone(errors, delivery.idempotencyKey);
  await upsert(run, others.filter(isMissing));
  // An answer that says nothing of a call does not say that it is not there: what people changed of it is not
  // written over. A create is refused then.
  await createCalls(
    run,
    others.filter((landing) => !isMissing(landing)),
    doubtful(run, { isKeyFree: false }),
  );
}

async function findByKey(
  run: Run,
  batch: readonly Landing[],
): Promise<{ found: ReadonlyMap<string, HubspotRecord>; errors: readonly ErrorDetails[] }> {
  const { client, config, signal } = run;
  const keys = batch.map(({ delivery }) => delivery.idempotencyKey);
  const names = [...new Set([callKey, ...batch.flatMap(({ properties }) => Object.keys(properties))])];
  const { records, errors } =
    config.HUBSPOT_KEY === 'unique'
      ? await client.readCallsByKey(keys, names, signal)
      : { records: await client.searchCalls(keys, names, signal), errors: [] };
  return { found: recordsByKey(records, callKey), errors };
}

// So long HubSpot itself is at work on a record that was made: it links and computes, which counts as a change.
const settlesWithinMs = 5_000;

function knownBy(landing: Landing, { id, properties, createdAt, updatedAt }: HubspotRecord): Known {
  // Nobody has touched what was never changed since it was made: all that it shows is the kit's.
  const changedAfterMs = Date.parse(updatedAt ?? '') - Date.parse(createdAt ?? '');
  const isUntouched = changedAfterMs <= settlesWithinMs;
  return { ...landing, remoteId: id, shown: properties, mayLackPeople: true, isUntouched };
}

/** By the key: whoever makes it first, there is one. It takes no associations, which follow. */
async function upsert(run: Run, landings: readonly Landing[]): Promise<void> {
  if (landings.length === 0) return;
  const rows = landings.map(({ delivery, properties }) => ({
    key: delivery.idempotencyKey,
    properties: filled(properties),
  }));
  const isFree = doubtful(run, { isKeyFree: true });
  let answer: BatchAnswer;
  try {
    answer = await sendWrite(run, landings, () => run.client.upsertCalls(rows, run.signal));
  } catch (error) {
    // Refused for what one of them is: creating them finds it out row by row.
    if (isBatchRefused(error)) await createCalls(run, landings, isFree);
    // HubSpot answers, since the key was read just now: it is this call that it cannot take.
    else if (landings.length === 1 && error instanceof Refusal && error.status >= 500)
      await isFree.resolve(landings);
    else throw error;
    return;
  }
  const byKey = recordsByKey(answer.records, callKey);
  const made = landings.flatMap((landing) => {
    const record = byKey.get(landing.delivery.idempotencyKey);
    return record === undefined ? [] : [{ ...landing, remoteId: record.id }];
  });
  const others = landings.filter(({ delivery }) => !byKey.has(delivery.idempotencyKey));
  const isRefused = ({ delivery }: Landing): boolean =>
    answer.errors.some(({ about }) => about.includes(delivery.idempotencyKey));
  await isFree.resolve(others.filter((landing) => !isRefused(landing)));
  const { apart } = await associateCalls(run, made, true);
  for (const landing of made) {
    const { remoteId, properties, delivery } = landing;
    if (run.outcomes.has(delivery.id)) continue;
    settleLanded(run, apart.get(delivery.id) ?? landing, {
      remoteId,
      effect: 'created',
      how: 'made by its key',
      written: filled(properties),
    });
  }
  await createCalls(run, others.filter(isRefused), isFree);
}

/** What is in doubt even now is looked up next time. */
function doubtful({ outcomes }: Run, { isKeyFree }: Pick<Doubt, 'isKeyFree'>): Doubt {
  const code = isKeyFree ? 'not_confirmed' : 'not_read';
  const reason = isKeyFree
    ? 'HubSpot did not say whether the call was made.'
    : 'HubSpot said nothing of the call when it was read.';
  return {
    isKeyFree,
    resolve(landings) {
      for (const { delivery } of landings) outcomes.set(delivery.id, retry(delivery.id, code, reason));
      return Promise.resolve();
    },
  };
}
