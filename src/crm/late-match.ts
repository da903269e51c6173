import type { Call } from '../domain/call.ts';

// Soon for somebody who is typing the contact in, later for one who does it at the end of the shift.
const looksAfterMs: readonly number[] = [10 * 60_000, 60 * 60_000, 4 * 3_600_000];

/**
 * When to look again for a person who was not found, since a contact is often made after the call.
 * Why: docs/decisions/peoples-work.md
 *
 * @param nowMs epoch milliseconds
 * @returns milliseconds from now; undefined when the last look is over
 */
export function lateMatchAfterMs(call: Pick<Call, 'last_received_at'>, nowMs: number): number | undefined {
  const sinceMs = nowMs - call.last_received_at;
  const next = looksAfterMs.find((afterMs) => afterMs > sinceMs);
  return next === undefined ? undefined : next - sinceMs;
}
