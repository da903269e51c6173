import { DestinationUnavailable, type AdapterMisconfigured } from '../contract/errors.ts';
import { retry, type Outcome } from '../contract/outcome.ts';
import type { Clock } from '../domain/clock.ts';
import type { DueDelivery } from '../store/deliveries.ts';
import type { DestinationState } from '../store/destinations.ts';
import type { AttemptResult } from './attempt.ts';
import { pauseLeftMs, pauseMs } from './pause-length.ts';

/**
 * Knows whether the destination is away, and probes it then with one delivery at a time. Where another delivery lands
 * in between, the failure belongs to the delivery and not to the destination.
 * Why: docs/decisions/attempts.md
 */
export interface OutageProbe {
  /** Begins anew, when the destination was taken. The next pause is not waited for: a restart has mended something. */
  begin(): void;
  /** Takes note of what the store says. Answers how long the destination is left alone still, in milliseconds. */
  observe(state: Pick<DestinationState, 'pauses' | 'pausedUntilMs'> | undefined): number;
  /** True while the destination is paused, or was and nothing has landed since. */
  isAway(): boolean;
  /** True while the next batch has one delivery, which `choose` chooses. */
  isProbing(): boolean;
  /** How many due deliveries to read so that `choose` can choose. */
  choices(): number;
  /** What to probe with: the longest due; once that has failed three times, each time the next one after it. */
  choose(due: readonly DueDelivery[]): readonly DueDelivery[];
  /**
   * Takes a failure of the destination for one of the delivery, where another landed just before. The delivery then
   * is retried later like any other, and the others no longer wait for it.
   */
  blame(batch: readonly DueDelivery[], result: AttemptResult): AttemptResult;
  /** Remembers what became of a batch that was tried. `landed`: at least one delivery of it. */
  note(batch: readonly DueDelivery[], result: Pick<AttemptResult, 'stopped'> & { landed: boolean }): void;
  /** Notes that a batch was read: from now on pauses are waited for. */
  heedPauses(): void;
  /** The pause that follows a failure of the destination. */
  pauseAfter(
    error: DestinationUnavailable | AdapterMisconfigured,
    random: number,
  ): { durationMs: number; pauses: number };
  /** Forgets the probe: nothing is due. */
  clear(): void;
}

/** The delivery by which the destination was probed first. */
interface Probe {
  readonly callId: string;
  /** How many probes failed since, those with other deliveries counted. */
  readonly failures: number;
  /** Another delivery landed since, so the destination is not away: this one is tried once more, alone. */
  readonly otherLanded: boolean;
}

// After this many failures the delivery may be at fault, and not the destination.
const failuresMax = 3;
// No further deliveries are read to choose a probe from.
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
    isAway: () => pauses > 0,
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
    heedPauses() {
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
    `The destination is not away, but seems so for this call: ${stopped.message}`,
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
