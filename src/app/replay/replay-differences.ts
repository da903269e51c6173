import type { Difference } from '../../console/deliveries/preview.ts';
import type { Settings } from '../../config/read-settings.ts';
import { capabilitiesUnder, type AdapterDefinition } from '../../contract/adapter.ts';
import { asDelivery } from '../../delivery/as-delivery.ts';
import type { Call } from '../../domain/call.ts';
import type { Clock } from '../../domain/clock.ts';
import type { CallRecord } from '../../domain/fold.ts';
import type { JsonValue } from '../../domain/jet-fields.ts';
import { fieldChanges } from '../../store/lookup/field-changes.ts';
import { readLandingReport } from '../../store/lookup/landing-report.ts';
import { readLandings, type StoredLanding } from '../../store/lookup/landings.ts';
import type { Store } from '../../store/store.ts';

export interface DifferenceSources {
  readonly store: Store;
  readonly settings: Settings;
  readonly adapters: readonly AdapterDefinition[];
  readonly completeCall: (record: CallRecord) => Call;
  readonly clock: Clock;
}

/**
 * Says what a landing would change at a destination today, from the adapter's preview and the record of the last
 * landing. No request is sent. Undefined for a call that cannot be read.
 */
export async function readDifferences(
  sources: DifferenceSources,
  destination: string,
  callIds: readonly string[],
): Promise<readonly (Difference | undefined)[]> {
  const definition = sources.adapters.find(({ name }) => name === destination);
  if (definition === undefined) return [];
  const landings = await readLandings(sources.store, destination, callIds);
  return callIds.map((id) => {
    const landing = landings.get(id);
    if (landing === undefined) return undefined;
    if (landing.landedRevision === undefined) return { kind: 'new' };
    const written = readLandingReport(landing.landedTrace)?.fields;
    if (written === undefined || Object.keys(written).length === 0) return { kind: 'unknown' };
    const today = fieldsToday(sources, definition, landing);
    return today && { kind: 'changes', changes: fieldChanges(written, today) };
  });
}

function fieldsToday(
  { settings, completeCall, clock }: DifferenceSources,
  definition: AdapterDefinition,
  landing: StoredLanding,
): Readonly<Record<string, JsonValue>> | undefined {
  const nowMs = clock();
  const { name } = definition;
  const config = settings.adapters.get(name) ?? {};
  const capabilities = capabilitiesUnder(definition, config);
  const due = { ...landing, attempts: 0, dueSinceMs: nowMs, isRevisit: false };
  try {
    const delivery = asDelivery(due, { name, capabilities, completeCall, clock: () => nowMs });
    const preview = definition.preview(delivery, config, nowMs);
    const isObject = typeof preview === 'object' && preview !== null && !Array.isArray(preview);
    return isObject ? preview : { value: preview };
  } catch {
    // The attempt itself reports a call that cannot be read.
    return undefined;
  }
}
