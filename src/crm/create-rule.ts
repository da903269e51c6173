import type { Call } from '../domain/call.ts';
import type { CallStatus } from '../domain/call-status.ts';

/** Which unmatched calls get a new lead or contact. */
export interface CreateRule {
  /** A call must have one of these statuses. Without any, no call gets a new record. */
  readonly statuses: readonly CallStatus[];
  /** Shorter calls get no record. A call without a duration counts as 0. */
  readonly durationSecondsMin: number;
}

/** Why an unmatched call gets no new record, in words for a trace. Undefined: it gets one. */
export function whyNotCreated(
  call: Pick<Call, 'status' | 'duration_seconds'>,
  rule: CreateRule,
): string | undefined {
  if (!rule.statuses.includes(call.status)) return `calls with the status ${call.status} create no record`;
  if ((call.duration_seconds ?? 0) < rule.durationSecondsMin)
    return `calls under ${rule.durationSecondsMin} s create no record`;
  return undefined;
}
