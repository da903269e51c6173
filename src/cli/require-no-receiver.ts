import type { CoreSettings } from '../config/core-schema.ts';
import { StoreInUse } from '../store/upkeep/restore.ts';

const answersWithinMs = 3_000;

/**
 * Checks that no receiver answers on the host and port of the settings.
 *
 * @throws StoreInUse when one answers
 */
export async function requireNoReceiver({ HOST, PORT }: Pick<CoreSettings, 'HOST' | 'PORT'>): Promise<void> {
  const host = HOST.includes(':') ? `[${HOST}]` : HOST;
  const answer = await fetch(`http://${host}:${PORT}/healthz`, {
    signal: AbortSignal.timeout(answersWithinMs),
  }).catch(() => undefined);
  if (answer !== undefined) throw new StoreInUse(`A receiver answers on ${host}:${PORT}.`);
}
