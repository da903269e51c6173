import type { Outcome } from '../contract/outcome.ts';
import type { DueDelivery, Settlement } from '../store/deliveries.ts';
import { backoffMs, giveUpAfterMs } from './backoff.ts';

const none = { code: undefined, reason: undefined, remedy: undefined, remoteId: undefined, trace: undefined };

/** What the store is to remember of an outcome. */
export function settlementOf(due: DueDelivery, outcome: Outcome, nowMs: number, random: number): Settlement {
  const base = { ...none, callId: due.call.id, revision: due.revision, attempts: due.attempts + 1 };
  switch (outcome.kind) {
    case 'delivered':
      return {
        ...base,
        state: 'delivered',
        dueAtMs: outcome.revisitAfterMs === undefined ? undefined : nowMs + outcome.revisitAfterMs,
        remoteId: outcome.remoteId,
        trace: outcome.trace === undefined ? undefined : JSON.stringify(outcome.trace),
      };
    case 'skipped':
      return { ...base, state: 'skipped', dueAtMs: undefined, code: 'skipped', reason: outcome.rule };
    case 'rejected':
      return {
        ...base,
        state: 'rejected',
        dueAtMs: undefined,
        code: outcome.code,
        reason: outcome.reason,
        remedy: outcome.remedy,
      };
    case 'retry': {
      const exhausted = nowMs - due.dueSinceMs >= giveUpAfterMs;
      return {
        ...base,
        state: exhausted ? 'exhausted' : 'due',
        dueAtMs: exhausted ? undefined : nowMs + backoffMs(base.attempts, outcome.delayMs, random),
        code: outcome.code,
        reason: outcome.reason,
        remedy: exhausted ? 'Mend the cause, then replay: npm run replay' : undefined,
      };
    }
  }
}
