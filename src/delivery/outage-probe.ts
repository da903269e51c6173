import { DestinationUnavailable, type AdapterMisconfigured } from '../contract/errors.ts';
import { retry, type Outcome } from '../contract/outcome.ts';
import type { Clock } from '../domain/clock.ts';
import type { DueDelivery } from '../store/deliveries.ts';
import type { DestinationState } from '../store/destinations.ts';
import type { AttemptResult } from './attempt.ts';
import { pauseLeftMs, pauseMs } from './pause-length.ts';

/**
 * Knows whether the destination is unreachable, and then probes it with one delivery at a time. When another delivery
 * lands meanwhile, the failing delivery is at fault, not the destination.
 * Why: docs/decisions/attempts.md
 */
export interface OutageProbe {
  /**
   * Starts again when this process takes the destination. It ignores the current pause, since a restart may have fixed
   * the cause.
   */
  begin(): void;
  /** Reads the state from the store. Returns how long the destination must stay paused, in milliseconds. */
  observe(state: Pick<DestinationState, 'pauses' | 'pausedUntilMs'> | undefined): number;
  /** True while the destination is paused, and afterwards until a delivery lands. */
  isUnreachable(): boolean;
  /** True while the next batch must have one delivery, which `choose` selects. */
  isProbing(): boolean;
  /** How many due deliveries to read for `choose`. */
  choices(): number;
  /** Selects the delivery to probe with: the longest due. After three failures it selects the next one each time. */
  choose(due: readonly DueDelivery[]): readonly DueDelivery[];
  /**
   * Turns a failure of the destination into a failure of the delivery when another delivery landed just before. That
   * delivery is retried later like any other, and the others stop waiting for it.
   */
  blame(batch: readonly DueDelivery[], result: AttemptResult): AttemptResult;
  /** Notes the result of a batch. `landed`: at least one of its deliveries landed. */
  note(batch: readonly DueDelivery[], result: Pick<AttemptResult, 'stopped'> & { landed: boolean }): void;
  /** Notes that a batch was read. From now on, pauses count. */
  obeyPauses(): void;
  /** The pause after a failure of the destination. */
  pauseAfter(
    error: DestinationUnavailable | AdapterMisconfigured,
    random: number,
  ): { durationMs: number; pauses: number };
  /** Forgets the probe, because nothing is due. */
  clear(): void;
}

/** The delivery that the first probe used. */
interface Probe {
  readonly callId: string;
  /** Failed probes since the first one, including those with other deliveries. */
  readonly failures: number;
  /** Another delivery has landed since, so the destination is reachable. This delivery is tried once more, alone. */
  readonly otherLanded: boolean;
}

// After this many failures the delivery may be at fault instead of the destination.
const failuresMax = 3;
// At most this many deliveries are read to choose a probe from.
const othersMax = 500;

export function createOutageProbe(clock: Clock): OutageProbe {
  let pauses = 0;
  let isJustTaken = false;
  let probe: Probe | undefined;
  return {
    begin() {
      isJustTaken = true;
      probe = undefined;
    },
    observe(state) {
      pauses = state?.pauses ?? 0;
      return isJustTaken ? 0 : Math.max(0, pauseLeftMs(state?.pausedUntilMs ?? 0, clock()));
    },
    isUnreachable: () => pauses > 0,
    isProbing: () => pauses > 0 || probe?.otherLanded === true,
    choices() {
      if (probe === undefined) return 1;
      return probe.otherLanded ? othersMax : Math.min(probe.failures + 1, othersMax);
    },
    choose: (due) => chooseProbe(probe, due),
    blame: (batch, result) => blameDelivery(probe, batch, result),
    note(batch, result) {
      probe = nextProbe(probe, batch, result);
    },
    obeyPauses() {
      isJustTaken = false;
    },
    pauseAfter(error, random) {
      isJustTaken = false;
      return { durationMs: pauseMs(error, pauses + 1, random), pauses: pauses + 1 };
    },
    clear() {
      probe = undefined;
    },
  };
}

function chooseProbe(probe: Probe | undefined, due: readonly DueDelivery[]): readonly DueDelivery[] {
  const first = due.slice(0, 1);
  if (probe === undefined) return first;
  if (probe.otherLanded) return due.filter(({ call }) => call.id === probe.callId);
  const turn = probe.failures - failuresMax;
  if (turn < 0) return first;
  const others = due.filter(({ call }) => call.id !== probe.callId);
  const other = others[turn % others.length];
  return other === undefined ? first : [other];
}

function blameDelivery(
  probe: Probe | undefined,
  [due, ...more]: readonly DueDelivery[],
  result: AttemptResult,
): AttemptResult {
  const { stopped, outcomes } = result;
  const isProved = probe?.otherLanded === true && due?.call.id === probe.callId && more.length === 0;
  if (!isProved || !(stopped instanceof DestinationUnavailable) || outcomes.size > 0) return result;
  const outcome: Outcome = retry(
    probe.callId,
    'destination_unavailable',
    `The destination works, but failed for this call: ${stopped.message}`,
    stopped.retryAfterMs,
  );
  return { ...result, outcomes: new Map([[outcome.id, outcome]]), stopped: undefined };
}

function nextProbe(
  probe: Probe | undefined,
  batch: readonly DueDelivery[],
  { stopped, landed }: { stopped: AttemptResult['stopped']; landed: boolean },
): Probe | undefined {
  const [first, ...more] = batch;
  const isOnOthers = probe !== undefined && probe.failures >= failuresMax;
  if (stopped === undefined) {
    if (!isOnOthers || batch.some(({ call }) => call.id === probe.callId)) return undefined;
    return landed ? { ...probe, otherLanded: true } : { ...probe, failures: probe.failures + 1 };
  }
  if (first === undefined || more.length > 0) return probe;
  const callId = isOnOthers ? probe.callId : first.call.id;
  const failures = probe?.callId === callId ? probe.failures + 1 : 1;
  return { callId, failures, otherLanded: false };
}
