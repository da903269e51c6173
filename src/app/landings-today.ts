import type { Settings } from '../config/read-settings.ts';
import { capabilitiesUnder, type AdapterDefinition } from '../contract/adapter.ts';
import type { Delivery } from '../contract/delivery.ts';
import { asDelivery } from '../delivery/as-delivery.ts';
import type { Call } from '../domain/call.ts';
import type { CallRecord } from '../domain/fold.ts';
import type { JsonValue } from '../domain/jet-fields.ts';
import { fieldChanges, type FieldChange } from '../store/lookup/field-changes.ts';
import { readLandingReport } from '../store/lookup/landing-report.ts';
import type { CallTrace, TracedDelivery } from '../store/lookup/read-trace.ts';

/** What an adapter would send for a call today. It is computed without a request. */
export interface LandingToday {
  readonly destination: string;
  /** The fields, by the destination's names. Person and owner are looked up at the landing, so they are not here. */
  readonly fields: Readonly<Record<string, JsonValue>>;
  /** What differs from the last landing. Undefined when the destination keeps no record of the written values. */
  readonly changes: readonly FieldChange[] | undefined;
}

export interface TodaySources {
  readonly trace: CallTrace;
  readonly settings: Settings;
  readonly adapters: readonly AdapterDefinition[];
  readonly completeCall: (record: CallRecord) => Call;
}

/** What each enabled destination would get for a call today, by the adapters' previews. */
export function landingsToday(sources: TodaySources, nowMs: number): readonly LandingToday[] {
  const { settings, adapters, trace } = sources;
  const enabled = adapters.filter(({ name }) => settings.core.ADAPTERS.includes(name));
  return enabled.map((definition) => {
    const config = settings.adapters.get(definition.name) ?? {};
    const preview = definition.preview(deliveryToday(definition, sources, nowMs), config, nowMs);
    const isObject = typeof preview === 'object' && preview !== null && !Array.isArray(preview);
    const fields = isObject ? preview : { value: preview };
    const { trace: landed } =
      trace.deliveries.find(({ destination }) => destination === definition.name) ?? {};
    const written = readLandingReport(landed)?.fields;
    return { destination: definition.name, fields, changes: written && fieldChanges(written, fields) };
  });
}

/** The task that an adapter would get for a call today. */
export function deliveryToday(
  definition: AdapterDefinition,
  { trace, settings, completeCall }: TodaySources,
  nowMs: number,
): Delivery {
  const { name } = definition;
  const config = settings.adapters.get(name) ?? {};
  const known: Partial<TracedDelivery> =
    trace.deliveries.find(({ destination }) => destination === name) ?? {};
  const due = {
    call: trace.call,
    revision: trace.revision,
    remoteId: known.remoteId,
    attempts: 0,
    attemptedBefore: known.attemptedAtMs !== undefined,
    dueSinceMs: nowMs,
    isRevisit: false,
    landedRevision: known.landedRevision,
    landedTrace: known.trace,
  };
  const capabilities = capabilitiesUnder(definition, config);
  return asDelivery(due, { name, capabilities, completeCall, clock: () => nowMs });
}
