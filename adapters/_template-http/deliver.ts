import {
  AdapterMisconfigured,
  delivered,
  DestinationUnavailable,
  rejected,
  skipped,
  type AdapterTools,
  type Delivery,
  type Finding,
  type Outcome,
} from '#contract';
import { lateMatchAfterMs, type PersonMatch } from '#crm';
import type { Client } from './client.ts';
import { mapCall } from './mapping.ts';
import { findPeople } from './people.ts';

/** Lands a batch: finds people and records, then writes one record after the other. */
export async function deliver(
  client: Client,
  tools: AdapterTools,
  batch: readonly Delivery[],
  signal: AbortSignal,
): Promise<readonly Outcome[]> {
  if (batch.length === 0) return [];
  const people = await findPeople(client, tools, batch, signal);
  // An earlier attempt may have created the record without an answer.
  const unsure = batch.filter(({ remoteId, attempt }) => remoteId === undefined && attempt > 1);
  const found = await client.findCalls(
    unsure.map(({ idempotencyKey }) => idempotencyKey),
    signal,
  );
  const outcomes: Outcome[] = [];
  for (const delivery of batch) {
    const id = delivery.remoteId ?? found.get(delivery.idempotencyKey);
    outcomes.push(await landOne(client, tools, { delivery, id, match: people.get(delivery.id) }, signal));
  }
  return outcomes;
}

interface Landing {
  readonly delivery: Delivery;
  /** The record that is there. Undefined: none is known. */
  readonly id: string | undefined;
  readonly match: PersonMatch | undefined;
}

async function landOne(
  client: Client,
  { clock }: AdapterTools,
  { delivery, id, match }: Landing,
  signal: AbortSignal,
): Promise<Outcome> {
  const personId = match?.person?.id;
  const record = { ...mapCall(delivery), ...(personId !== undefined && { person_id: personId }) };
  const written = await client.write(record, id, signal);
  if (written === 'gone') return skipped(delivery.id, 'Somebody deleted the record.');
  if ('refusedBecause' in written)
    return rejected(
      delivery.id,
      'record_refused',
      'The API refuses the record.',
      'Compare mapping.ts with what the API takes, then: npm run replay -- --state rejected',
    );
  return delivered(delivery.id, {
    remoteId: written.id,
    effect: id === undefined ? 'created' : 'updated',
    trace: match?.trace,
    // A person is often added after the call.
    revisitAfterMs: match?.rule === 'no_hit' ? lateMatchAfterMs(delivery.call, clock()) : undefined,
  });
}

/** Checks the address and the token. Reads only. */
export async function check(client: Client, signal: AbortSignal): Promise<readonly Finding[]> {
  try {
    return [{ level: 'ok', message: `The API accepts the token of ${await client.whoAmI(signal)}.` }];
  } catch (error) {
    if (error instanceof AdapterMisconfigured)
      return [{ level: 'fault', message: error.message, remedy: error.remedy }];
    if (error instanceof DestinationUnavailable)
      return [
        { level: 'fault', message: error.message, remedy: 'Check TEMPLATE_URL, and that the API is up.' },
      ];
    throw error;
  }
}
