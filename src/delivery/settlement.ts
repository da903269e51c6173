import type { Outcome } from '../contract/outcome.ts';
import type { AttemptOutcome } from '../store/attempts.ts';
import type { DueDelivery } from '../store/deliveries.ts';
import type { Settlement } from '../store/settle.ts';
import { backoffMs, giveUpAfterMs, giveUpAttemptsMin, heldMs } from './backoff.ts';
import { codeLengthMax, reasonLengthMax, storableText } from './storable-text.ts';

/** The longest time that an adapter can set for looking again. */
const revisitLongestMs = 30 * 24 * 3_600_000;

/** The part of a settlement that depends on the outcome. */
interface After extends Pick<Settlement, 'state' | 'dueAtMs'>, Partial<Texts> {
  /** Undefined counts this attempt. */
  readonly attempts?: number;
}
type Texts = Pick<Settlement, 'code' | 'reason' | 'remedy' | 'remoteId' | 'trace'>;

/** The record of an outcome in the store. */
export function settlementOf(due: DueDelivery, outcome: Outcome, nowMs: number, random: number): Settlement {
  const after = stateAfter(due, outcome, nowMs, random);
  // One literal, since it is made for each call: spreading objects takes several times as long.
  return {
    callId: due.call.id,
    revision: due.revision,
    state: after.state,
    dueAtMs: after.dueAtMs,
    attempts: after.attempts ?? due.attempts + 1,
    code: after.code,
    reason: after.reason,
    remedy: after.remedy,
    remoteId: after.remoteId,
    trace: after.trace,
    noted: isFirstSuccess(due, outcome) ? undefined : outcomeOf(after, outcome),
    isRevisitRetried: due.isRevisit && after.state === 'due',
  };
}

/** A success after a failure is noted too, so that the list of attempts ends with it. */
function isFirstSuccess(
  { attempts, attemptedBefore, landedRevision }: DueDelivery,
  { kind }: Outcome,
): boolean {
  if (attempts > 0 || (kind !== 'delivered' && kind !== 'skipped')) return false;
  return kind === 'skipped' || !attemptedBefore || landedRevision !== undefined;
}

function outcomeOf({ state }: After, outcome: Outcome): AttemptOutcome {
  if (state !== 'due') return state;
  return outcome.kind === 'retry' && outcome.isHeld === true ? 'held' : 'retry';
}

function stateAfter(due: DueDelivery, outcome: Outcome, nowMs: number, random: number): After {
  switch (outcome.kind) {
    case 'delivered':
      return {
        state: 'delivered',
        dueAtMs: revisitAtMs(outcome.revisitAfterMs, nowMs),
        remoteId: outcome.remoteId,
        trace: outcome.trace === undefined ? undefined : JSON.stringify(outcome.trace),
      };
    case 'skipped':
      return {
        state: 'skipped',
        dueAtMs: revisitAtMs(outcome.revisitAfterMs, nowMs),
        code: 'skipped',
        reason: reasonText(outcome.rule),
      };
    case 'rejected':
      return {
        state: 'rejected',
        dueAtMs: undefined,
        code: storableText(outcome.code, codeLengthMax),
        reason: reasonText(outcome.reason),
        remedy: reasonText(outcome.remedy),
      };
    case 'retry': {
      const failure = {
        code: storableText(outcome.code, codeLengthMax),
        reason: reasonText(outcome.reason),
      };
      // Without a counted attempt the delivery is not backing off, so the next push makes it due.
      if (outcome.isHeld === true)
        return { ...failure, state: 'due', dueAtMs: nowMs + heldMs(outcome.delayMs), attempts: 0 };
      const attempts = due.attempts + 1;
      const exhausted = nowMs - due.dueSinceMs >= giveUpAfterMs && attempts >= giveUpAttemptsMin;
      return {
        state: exhausted ? 'exhausted' : 'due',
        dueAtMs: exhausted ? undefined : nowMs + backoffMs(attempts, outcome.delayMs, random),
        ...failure,
        remedy: exhausted ? 'Fix the cause, then replay: npm run replay' : undefined,
      };
    }
  }
}

function reasonText(text: string): string {
  return storableText(text, reasonLengthMax);
}

function revisitAtMs(afterMs: number | undefined, nowMs: number): number | undefined {
  if (afterMs === undefined || !Number.isFinite(afterMs) || afterMs < 0) return undefined;
  return nowMs + Math.round(Math.min(afterMs, revisitLongestMs));
}
