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
  return enabled.map((definition) => {
    const { stages, updates } = capabilitiesUnder(definition, configs.get(definition.name) ?? {});
    return {
      ...{ name: definition.name, stages, settleAfterMs: core.SETTLE_AFTER, takesUpdates: updates },
      takesTestCalls: definition.name === sql.name,
    };
  });
}
