import type { Call } from '../domain/call.ts';
import type { CallStatus } from '../domain/call-status.ts';

/** Which unmatched calls are worth a lead or contact of their own. */
export interface CreateRule {
  /** Statuses that are worth one; none of them, and no call makes one. */
  readonly statuses: readonly CallStatus[];
  /** Calls that lasted less make none; one without a duration counts as 0. */
  readonly durationSecondsMin: number;
}

/** Why an unmatched call makes no record, in words for a trace; undefined: it makes one. */
export function whyNotCreated(
  call: Pick<Call, 'status' | 'duration_seconds'>,
  rule: CreateRule,
): string | undefined {
  if (!rule.statuses.includes(call.status)) return `a call that is ${call.status} makes none`;
  if ((call.duration_seconds ?? 0) < rule.durationSecondsMin)
    return `a call under ${rule.durationSecondsMin} s makes none`;
  return undefined;
}
