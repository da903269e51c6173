import {
  AdapterMisconfigured,
  delivered,
  DestinationUnavailable,
  rejected,
  retry,
  type Delivery,
  type Finding,
  type Outcome,
} from '#contract';
import type { Client, RecordResult } from './client.ts';
import { mapCall } from './mapping.ts';

export async function deliver(
  client: Client,
  batch: readonly Delivery[],
  signal: AbortSignal,
): Promise<readonly Outcome[]> {
  if (batch.length === 0) return [];
  const results = await client.write(batch.map(mapCall), signal);
  const byKey = new Map(results.map((result) => [result.key, result]));
  return batch.map(({ id, idempotencyKey }) => asOutcome(id, byKey.get(idempotencyKey)));
}

function asOutcome(id: string, result: RecordResult | undefined): Outcome {
  if (result === undefined) return retry(id, 'no_answer', 'The API returned no result for it.');
  if ('error' in result)
    return rejected(id, result.error, 'The API refuses the record.', 'Look at mapping.ts.');
  return delivered(id, { remoteId: result.id, effect: result.effect });
}

export async function check(client: Client, signal: AbortSignal): Promise<readonly Finding[]> {
  try {
    return [{ level: 'ok', message: `The API accepts the token of ${await client.whoAmI(signal)}.` }];
  } catch (error) {
    if (error instanceof AdapterMisconfigured)
      return [{ level: 'fault', message: error.message, remedy: error.remedy }];
    if (error instanceof DestinationUnavailable)
      return [
        {
          level: 'fault',
          message: error.message,
          remedy: 'Check REFERENCE_URL, and that the API can be reached.',
        },
      ];
    throw error;
  }
}
