import type { Call } from '../domain/call.ts';

// Soon for a contact that is being typed in now, later for one that is entered at the end of a shift.
const searchesAfterMs: readonly number[] = [10 * 60_000, 60 * 60_000, 4 * 3_600_000];

/**
 * When to search again for a person who was not found. A contact is often created after the call.
 * Why: docs/decisions/peoples-work.md
 * @param nowMs epoch milliseconds
 * @returns milliseconds from now; undefined after the last look
 */
export function lateMatchAfterMs(call: Pick<Call, 'last_received_at'>, nowMs: number): number | undefined {
  const sinceMs = nowMs - call.last_received_at;
  const next = searchesAfterMs.find((afterMs) => afterMs > sinceMs);
  return next === undefined ? undefined : next - sinceMs;
}
