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
import { lateMatchAfterMs } from '#crm';
import type { Client } from './client.ts';
import { keyOf, mapCall } from './mapping.ts';
import { findPeople } from './people.ts';

/** Lands a batch: finds people and activities, then writes one activity after the other. */
export async function deliver(
  client: Client,
  tools: AdapterTools,
  batch: readonly Delivery[],
  signal: AbortSignal,
): Promise<readonly Outcome[]> {
  if (batch.length === 0) return [];
  const people = await findPeople(client, tools, batch, signal);
  const found = await findLanded(client, batch, signal);
  const outcomes: Outcome[] = [];
  for (const delivery of batch) {
    const { id, idempotencyKey, call } = delivery;
    const activityId = delivery.remoteId ?? found.get(idempotencyKey);
    const match = people.get(id);
    const person = match?.person && { person_id: Number(match.person.id) };
    const written = await client.write({ ...mapCall(delivery), ...person }, activityId, signal);
    if (written === 'gone') outcomes.push(skipped(id, 'Somebody deleted the activity.'));
    else if (written === 'refused')
      outcomes.push(
        rejected(
          id,
          'activity_refused',
          'Pipedrive refuses the activity.',
          'Compare mapping.ts with the fields of an activity, then: npm run replay -- --state rejected',
        ),
      );
    else
      outcomes.push(
        delivered(id, {
          remoteId: String(written),
          effect: activityId === undefined ? 'created' : 'updated',
          trace: match?.trace,
          // A person is often added after the call.
          revisitAfterMs: match?.rule === 'no_hit' ? lateMatchAfterMs(call, tools.clock()) : undefined,
        }),
      );
  }
  return outcomes;
}

/** The ids of activities that an earlier attempt may have created without an answer, by key. */
async function findLanded(
  client: Client,
  batch: readonly Delivery[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const unsure = batch.filter(({ remoteId, attempt }) => remoteId === undefined && attempt > 1);
  const found = new Map<string, string>();
  for (const date of new Set(unsure.map((delivery) => mapCall(delivery).due_date)))
    for (const { id, note } of await client.callsOfDay(date, signal)) {
      const key = keyOf(note);
      if (key !== undefined) found.set(key, String(id));
    }
  return found;
}

/** Checks the address and the token. Reads only. */
export async function check(client: Client, signal: AbortSignal): Promise<readonly Finding[]> {
  try {
    return [{ level: 'ok', message: `Pipedrive accepts the token of ${await client.whoAmI(signal)}.` }];
  } catch (error) {
    if (error instanceof AdapterMisconfigured)
      return [{ level: 'fault', message: error.message, remedy: error.remedy }];
    if (error instanceof DestinationUnavailable)
      return [{ level: 'fault', message: error.message, remedy: 'Check PIPEDRIVE_URL.' }];
    throw error;
  }
}
