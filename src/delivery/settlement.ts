import type { Outcome } from '../contract/outcome.ts';
import type { AttemptOutcome } from '../store/attempts.ts';
import type { DueDelivery } from '../store/deliveries.ts';
import type { Settlement } from '../store/settle.ts';
import { backoffMs, giveUpAfterMs, giveUpAttemptsMin, heldMs } from './backoff.ts';
import { codeLengthMax, reasonLengthMax, storableText } from './storable-text.ts';

/** The longest time that an adapter can set for looking again. */
const revisitLongestMs = 30 * 24 * 3_600_000;

const none = { code: undefined, reason: undefined, remedy: undefined, remoteId: undefined, trace: undefined };

/** The record of an outcome in the store. */
export function settlementOf(due: DueDelivery, outcome: Outcome, nowMs: number, random: number): Settlement {
  const settlement = stateAfter(due, outcome, nowMs, random);
  return {
    ...settlement,
    noted: isFirstSuccess(due, outcome) ? undefined : outcomeOf(settlement, outcome),
    isRevisitRetried: due.isRevisit && settlement.state === 'due',
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

function outcomeOf({ state }: Settlement, outcome: Outcome): AttemptOutcome {
  if (state !== 'due') return state;
  return outcome.kind === 'retry' && outcome.isHeld === true ? 'held' : 'retry';
}

function stateAfter(due: DueDelivery, outcome: Outcome, nowMs: number, random: number): Settlement {
  const base = { ...none, callId: due.call.id, revision: due.revision, attempts: due.attempts + 1 };
  switch (outcome.kind) {
    case 'delivered':
      return {
        ...base,
        state: 'delivered',
        dueAtMs: revisitAtMs(outcome.revisitAfterMs, nowMs),
        remoteId: outcome.remoteId,
        trace: outcome.trace === undefined ? undefined : JSON.stringify(outcome.trace),
      };
    case 'skipped':
      return {
        ...base,
        state: 'skipped',
        dueAtMs: revisitAtMs(outcome.revisitAfterMs, nowMs),
        code: 'skipped',
        reason: reasonText(outcome.rule),
      };
    case 'rejected':
      return {
        ...base,
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
        return { ...base, ...failure, state: 'due', dueAtMs: nowMs + heldMs(outcome.delayMs), attempts: 0 };
      const exhausted = nowMs - due.dueSinceMs >= giveUpAfterMs && base.attempts >= giveUpAttemptsMin;
      return {
        ...base,
        state: exhausted ? 'exhausted' : 'due',
        dueAtMs: exhausted ? undefined : nowMs + backoffMs(base.attempts, outcome.delayMs, random),
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
