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

/** Lands a batch. Returns one outcome for each delivery, by id. */
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
        'The call is too long for one line.',
        'Map fewer fields in mapping.ts, then: npm run replay -- --state rejected',
      );
    }
    const before = lines.get(idempotencyKey);
    // An older revision can arrive late. It must never replace a newer one.
    if (before !== undefined && before.revision > revision)
      return delivered(id, { remoteId: idempotencyKey, effect: 'unchanged' });
    lines.set(idempotencyKey, line);
    return delivered(id, { remoteId: idempotencyKey, effect: before === undefined ? 'created' : 'updated' });
  });
  await client.write(lines.values(), signal);
  return outcomes;
}

/** Checks that the file can be read and written. It only reads. */
export async function check(client: Client): Promise<readonly Finding[]> {
  try {
    const lines = await client.read();
    await client.probe();
    return [{ level: 'ok', message: `The file can be used and holds ${lines.size} calls.` }];
  } catch (error) {
    if (error instanceof AdapterMisconfigured)
      return [{ level: 'fault', message: error.message, remedy: error.remedy }];
    if (error instanceof DestinationUnavailable) {
      const remedy =
        'The receiver makes the folder when it starts delivering. Check that its drive is mounted.';
      return [{ level: 'warning', message: error.message, remedy }];
    }
    throw error;
  }
}
