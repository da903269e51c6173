import { DestinationUnavailable } from '../contract/errors.ts';
import { retry, type Outcome } from '../contract/outcome.ts';
import type { DueDelivery } from '../store/deliveries.ts';
import type { AttemptResult } from './attempt.ts';
import type { Hold } from './hold.ts';

// After so many failures it may be the delivery that is at fault, and not the destination.
const failuresMax = 3;
// Further ones are not looked at for a probe.
const othersMax = 500;

// Batches shrink with each pause down to this: if one of them is at fault, few of its neighbours wait with it.
const batchAfterProbeMin = 4;

/** How many due deliveries to read so that {@link chooseProbe} can choose. */
export function probeChoices({ probe }: Hold): number {
  if (probe === undefined) return 1;
  return probe.otherLanded ? othersMax : Math.min(probe.failures + 1, othersMax);
}

/** What to probe with: the longest due; once that has failed three times, each time the next one after it. */
export function chooseProbe({ probe }: Hold, due: readonly DueDelivery[]): readonly DueDelivery[] {
  const first = due.slice(0, 1);
  if (probe === undefined) return first;
  if (probe.otherLanded) return due.filter(({ call }) => call.id === probe.callId);
  const turn = probe.failures - failuresMax;
  if (turn < 0) return first;
  const others = due.filter(({ call }) => call.id !== probe.callId);
  const other = others[turn % others.length];
  return other === undefined ? first : [other];
}

/**
 * Takes a failure that names the destination for one of the delivery, where another landed just before: then it backs
 * off as one that is tried again, and no longer stands before the others.
 */
export function blameDelivery(
  { probe }: Hold,
  [due, ...more]: readonly DueDelivery[],
  result: AttemptResult,
): AttemptResult {
  const { stopped, outcomes } = result;
  const isProved = probe?.otherLanded === true && due?.call.id === probe.callId && more.length === 0;
  if (!isProved || !(stopped instanceof DestinationUnavailable) || outcomes.size > 0) return result;
  const outcome: Outcome = retry(
    probe.callId,
    'destination_unavailable',
    `The destination is not away, but seems so for this call: ${stopped.message}`,
    stopped.retryAfterMs,
  );
  return { ...result, outcomes: new Map([[outcome.id, outcome]]), stopped: undefined };
}

/**
 * Remembers what came of a batch, as far as it tells of the destination or of the delivery that probes it.
 *
 * @param landed at least one of it
 */
export function noteProbe(
  hold: Hold,
  batch: readonly DueDelivery[],
  { stopped, landed }: { stopped: AttemptResult['stopped']; landed: boolean },
): void {
  const { probe } = hold;
  const [first, ...more] = batch;
  const isOnOthers = probe !== undefined && probe.failures >= failuresMax;
  if (stopped === undefined) {
    if (hold.pauses > 0) {
      const half = Math.max(batchAfterProbeMin, Math.ceil(hold.batchSizeMax / 2));
      hold.batchSizeMax = Math.min(hold.batchSizeMax, half);
    }
    if (!isOnOthers || batch.some(({ call }) => call.id === probe.callId)) hold.probe = undefined;
    else hold.probe = landed ? { ...probe, otherLanded: true } : { ...probe, failures: probe.failures + 1 };
  } else if (first !== undefined && more.length === 0) {
    const callId = isOnOthers ? probe.callId : first.call.id;
    const failures = probe?.callId === callId ? probe.failures + 1 : 1;
    hold.probe = { callId, failures, otherLanded: false };
  }
}
