import { sampleCall, sampleKinds, type SampleKind } from '../../src/cli/adapter/sample-calls.ts';
import type { Delivery } from '../../src/contract/delivery.ts';
import type { Delivered } from '../../src/contract/outcome.ts';
import { idempotencyKey } from '../../src/delivery/as-delivery.ts';
import type { Call, LandingSettings } from '../../src/domain/call.ts';
import { hasEnded, isFinalStage } from '../../src/domain/stage.ts';

const settings: LandingSettings = {
  defaultCountry: 'AU',
  timeZone: 'Australia/Sydney',
  statusMap: new Map(),
};

/** The time at which the kit's calls land, for fields that hold it. */
export const previewNowMs = Date.UTC(2026, 10, 22, 1, 5, 0);

/** A first revision. Like the core's revisions, it is a time in milliseconds. */
const firstRevision = Date.UTC(2026, 10, 22, 1, 4, 0);

// Reading a sample takes too long for a batch of hundreds.
const samples = new Map<SampleKind, Call>();

/** A first delivery of a sample call. */
export function deliveryOf(kind: SampleKind, given: Partial<Call> = {}): Delivery {
  const sample = samples.get(kind) ?? sampleCall(kind, settings);
  samples.set(kind, sample);
  const call = { ...sample, ...given };
  return {
    id: call.call_id,
    // A key that names no adapter, so that a copied adapter maps to the same values.
    idempotencyKey: idempotencyKey('adapter-kit', call.call_id),
    call,
    revision: firstRevision,
    visit: 'first',
    isOver: isFinalStage(call.stage),
    attempt: 1,
    remoteId: undefined,
    landedRevision: undefined,
    landedTrace: undefined,
  };
}

/** Deliveries of this many different calls, of every kind in turn. */
export function batchOf(size: number): Delivery[] {
  return Array.from({ length: size }, (_, index) => {
    const kind = sampleKinds[index % sampleKinds.length] ?? 'answered';
    const callId = `kit-${String(index).padStart(4, '0')}`;
    return deliveryOf(kind, { call_id: callId, call_session_id: callId });
  });
}

/** The next attempt at a delivery whose outcome is unknown. */
export function again(delivery: Delivery): Delivery {
  return { ...delivery, attempt: delivery.attempt + 1 };
}

/** The same deliveries at another time. A call whose end is overdue is then over. */
export function asOfNow(batch: readonly Delivery[], nowMs: number): Delivery[] {
  return batch.map((delivery) => ({
    ...delivery,
    isOver: delivery.isOver || hasEnded(delivery.call, nowMs),
  }));
}

/** The next delivery of a call that has landed and then changed. */
export function revised(delivery: Delivery, landed: Delivered, change: Partial<Call>): Delivery {
  const call = { ...delivery.call, ...change };
  return {
    ...delivery,
    call,
    revision: delivery.revision + 1000,
    visit: 'changed',
    isOver: isFinalStage(call.stage),
    attempt: 1,
    remoteId: landed.remoteId ?? delivery.remoteId,
    landedRevision: delivery.revision,
    landedTrace: landed.trace ?? delivery.landedTrace,
  };
}
