import type { Settings } from '../../config/read-settings.ts';
import { capabilitiesUnder, type AdapterDefinition } from '../../contract/adapter.ts';

// One call alone costs a search, a read and a write.
const fewest = 3;

/**
 * About how many requests a destination counts for some deliveries. It is an estimate, because known numbers, retries
 * and revisits change the count.
 * @returns undefined when the destination counts no requests
 */
export function estimateRequests(
  adapters: readonly AdapterDefinition[],
  settings: Pick<Settings, 'adapters'>,
  name: string,
  deliveries: number,
): number | undefined {
  const definition = adapters.find((adapter) => adapter.name === name);
  if (definition === undefined) return undefined;
  const { batchSizeMax, requestsPerBatch } = capabilitiesUnder(definition, settings.adapters.get(name) ?? {});
  if (requestsPerBatch === undefined) return undefined;
  if (deliveries === 0) return 0;
  return Math.max(fewest, Math.ceil((deliveries / batchSizeMax) * requestsPerBatch));
}
