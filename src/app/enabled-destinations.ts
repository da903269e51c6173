import { sql } from '../../adapters/sql/index.ts';
import type { Settings } from '../config/read-settings.ts';
import { capabilitiesUnder, type AdapterDefinition } from '../contract/adapter.ts';
import type { Destination } from '../store/deliveries.ts';

/** The enabled adapters as the store needs them. */
export function enabledDestinations(
  { core, adapters: configs }: Settings,
  adapters: readonly AdapterDefinition[],
): Destination[] {
  const enabled = adapters.filter((adapter) => core.ADAPTERS.includes(adapter.name));
  return enabled.map((definition) => ({
    name: definition.name,
    stages: capabilitiesUnder(definition, configs.get(definition.name) ?? {}).stages,
    settleAfterMs: core.SETTLE_AFTER,
    takesTestCalls: definition.name === sql.name,
  }));
}
