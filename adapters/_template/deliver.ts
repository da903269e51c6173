import {
  AdapterMisconfigured,
  DestinationUnavailable,
  delivered,
  rejected,
  type Delivery,
  type Finding,
  type Outcome,
} from '#contract';
import type { Client } from './client.ts';
import { mapCall } from './mapping.ts';

const lineLengthMax = 100_000;

/** Lands a batch: one outcome a delivery, by id. */
export async function deliver(
  client: Client,
  batch: readonly Delivery[],
  signal: AbortSignal,
): Promise<readonly Outcome[]> {
  if (batch.length === 0) return [];
  const lines = await client.read(signal);
  const outcomes = batch.map(({ id, idempotencyKey, call, revision }): Outcome => {
    const line = mapCall(call, idempotencyKey, revision);
    if (JSON.stringify(line).length > lineLengthMax) {
      return rejected(
        id,
        'line_too_long',
        'The call is longer than a line may be.',
        'Map less of it in mapping.ts, then: npm run replay -- --state rejected',
      );
    }
    const before = lines.get(idempotencyKey);
    // Whatever comes late, an older revision never replaces a newer one.
    if (before !== undefined && before.revision > revision)
      return delivered(id, { remoteId: idempotencyKey, effect: 'unchanged' });
    lines.set(idempotencyKey, line);
    return delivered(id, { remoteId: idempotencyKey, effect: before === undefined ? 'created' : 'updated' });
  });
  await client.write(lines.values(), signal);
  return outcomes;
}

/** What is right and wrong at the destination. Reads only. */
export async function check(client: Client): Promise<readonly Finding[]> {
  try {
    const lines = await client.read();
    await client.probe();
    return [{ level: 'ok', message: `The file can be used and holds ${lines.size} calls.` }];
  } catch (error) {
    if (error instanceof AdapterMisconfigured)
      return [{ level: 'fault', message: error.message, remedy: error.remedy }];
    if (error instanceof DestinationUnavailable) {
      const remedy = 'The folder is made when a worker starts; is its drive there?';
      return [{ level: 'warning', message: error.message, remedy }];
    }
    throw error;
  }
}
