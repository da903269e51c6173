import { hash } from 'node:crypto';
import type { Capabilities } from '../contract/adapter.ts';
import type { Delivery, Visit } from '../contract/delivery.ts';
import type { Call } from '../domain/call.ts';
import type { Clock } from '../domain/clock.ts';
import type { CallRecord } from '../domain/fold.ts';
import { hasEnded } from '../domain/stage.ts';
import type { DueDelivery } from '../store/deliveries.ts';

export interface DeliveryDependencies {
  /** The destination's name. */
  readonly name: string;
  readonly capabilities: Capabilities;
  readonly completeCall: (record: CallRecord) => Call;
  readonly clock: Clock;
}

/** Makes the task that an adapter gets from a due delivery, with today's settings. */
export function asDelivery(
  due: DueDelivery,
  { name, capabilities, completeCall, clock }: DeliveryDependencies,
): Delivery {
  const call = completeCall(due.call);
  return {
    id: call.call_id,
    idempotencyKey: idempotencyKey(name, call.call_id),
    call,
    revision: due.revision,
    visit: visitOf(due),
    // A call that has reached none of the destination's stages is due only because its end is overdue.
    isOver: !capabilities.stages.includes(call.stage) || hasEnded(call, clock()),
    attempt: due.attempts + (mayHaveLanded(due) ? 2 : 1),
    remoteId: due.remoteId,
    landedRevision: due.landedRevision,
    landedTrace: due.landedTrace,
  };
}

function visitOf({ isRevisit, landedRevision, revision }: DueDelivery): Visit {
  if (landedRevision === undefined) return isRevisit ? 'revisit' : 'first';
  if (landedRevision !== revision) return 'changed';
  return isRevisit ? 'revisit' : 'replay';
}

/** A changed or replayed call starts its count again, but an earlier attempt may have written a record. */
function mayHaveLanded({ attempts, attemptedBefore, landedRevision }: DueDelivery): boolean {
  return attempts === 0 && attemptedBefore && landedRevision === undefined;
}

/** The same for every attempt and revision of one call at one destination. */
export function idempotencyKey(destination: string, callId: string): string {
  return `jet-${hash('sha256', `${destination}\n${callId}`).slice(0, 36)}`;
}
