import { retry } from '#contract';
import type { BatchAnswer, HubspotRecord } from './answers.ts';
import { associateCalls } from './associate-calls.ts';
import { batchRowsMax } from './client.ts';
import { createCalls, type Doubt } from './create-calls.ts';
import type { Known } from './known-call.ts';
import { settleLanded } from './outcomes.ts';
import { callKey } from './properties.ts';
import { isBatchRefused, Refusal } from './refusal.ts';
import { inBatches, sendWrite, type Landing, type Run } from './run.ts';
import { updateCalls } from './update-calls.ts';

/**
 * Lands calls of which it is not known whether they are there: an answer was lost, or a crash came between. What is
 * found by its key is brought up to date like any other call; what is not is made, by its key.
 */
export async function recoverCalls(run: Run, landings: readonly Landing[]): Promise<void> {
  for (const batch of inBatches(landings, batchRowsMax)) await recoverBatch(run, batch);
}

async function recoverBatch(run: Run, batch: readonly Landing[]): Promise<void> {
  const isUnique = run.config.HUBSPOT_KEY === 'unique';
  const found = await findByKey(run, batch);
  await updateCalls(
    run,
    batch.flatMap((landing) => {
      const record = found.get(landing.delivery.idempotencyKey);
      return record === undefined ? [] : [knownBy(landing, record)];
    }),
  );
  const missing = batch.filter(({ delivery }) => !found.has(delivery.idempotencyKey));
  if (missing.length === 0) return;
  if (isUnique) await upsert(run, missing);
  // Nothing but the key tells one call from another there, and nobody refuses a second one.
  else await createCalls(run, missing, lookedUp(run));
}

async function findByKey(run: Run, batch: readonly Landing[]): Promise<ReadonlyMap<string, HubspotRecord>> {
  const { client, config, signal } = run;
  const keys = batch.map(({ delivery }) => delivery.idempotencyKey);
  const names = [...new Set([callKey, ...batch.flatMap(({ properties }) => Object.keys(properties))])];
  const records =
    config.HUBSPOT_KEY === 'unique'
      ? (await client.readCallsByKey(keys, names, signal)).records
      : await client.searchCalls(keys, names, signal);
  return new Map(
    records.flatMap((record) => {
      const key = record.properties[callKey];
      return typeof key === 'string' ? [[key, record] as const] : [];
    }),
  );
}

function knownBy(landing: Landing, { id, properties, createdAt, updatedAt }: HubspotRecord): Known {
  // Nobody has touched what was never changed since it was made: all that it shows is the kit's.
  const isUntouched = typeof createdAt === 'string' && createdAt === updatedAt;
  return { ...landing, remoteId: id, shown: properties, mayLackPeople: true, isUntouched };
}

/** By the key: whoever makes it first, there is one. It takes no associations, which follow. */
async function upsert(run: Run, landings: readonly Landing[]): Promise<void> {
  const rows = landings.map(({ delivery, properties }) => ({ key: delivery.idempotencyKey, properties }));
  let answer: BatchAnswer;
  try {
    answer = await sendWrite(run, landings, () => run.client.upsertCalls(rows, run.signal));
  } catch (error) {
    // Refused for what one of them is: creating them finds it out row by row.
    if (isBatchRefused(error)) await createCalls(run, landings, lookedUp(run));
    // HubSpot answers, since the key was read just now: it is this call that it cannot take.
    else if (landings.length === 1 && error instanceof Refusal && error.status >= 500)
      await lookedUp(run).resolve(landings);
    else throw error;
    return;
  }
  const byKey = new Map(
    answer.records.map((record) => [record.properties[callKey] ?? record.objectWriteTraceId, record]),
  );
  const made = landings.flatMap((landing) => {
    const record = byKey.get(landing.delivery.idempotencyKey);
    return record === undefined ? [] : [{ ...landing, remoteId: record.id }];
  });
  const others = landings.filter(({ delivery }) => !byKey.has(delivery.idempotencyKey));
  const isRefused = ({ delivery }: Landing): boolean =>
    answer.errors.some(({ about }) => about.includes(delivery.idempotencyKey));
  await lookedUp(run).resolve(others.filter((landing) => !isRefused(landing)));
  const { apart } = await associateCalls(run, made, true);
  for (const landing of made) {
    const { remoteId, properties, delivery } = landing;
    if (run.outcomes.has(delivery.id)) continue;
    settleLanded(run, apart.get(delivery.id) ?? landing, {
      remoteId,
      effect: 'created',
      how: 'made by its key',
      written: properties,
    });
  }
  await createCalls(run, others.filter(isRefused), lookedUp(run));
}

/** The keys are free, as far as a look just now could tell. What is in doubt even so is looked up next time. */
function lookedUp({ outcomes }: Run): Doubt {
  const reason = 'HubSpot did not say whether the call was made.';
  return {
    isKeyFree: true,
    resolve(landings) {
      for (const { delivery } of landings)
        outcomes.set(delivery.id, retry(delivery.id, 'not_confirmed', reason));
      return Promise.resolve();
    },
  };
}
