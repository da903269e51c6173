const firstMs = 1_000;
const longestMs = 3_600_000;

/** How long a destination's own hint may hold a delivery back. */
const hintLongestMs = 6 * 3_600_000;

// The most that the clocks of two processes may be apart.
const clocksApartMs = 600_000;

/** No delivery that was tried is put off for longer. */
export const dueWithinMs = hintLongestMs + longestMs + clocksApartMs;

/** After this long an undelivered call rests as `exhausted`, */
export const giveUpAfterMs = 72 * 3_600_000;

/** but not before this many attempts: the time may have passed while the destination as a whole was away. */
export const giveUpAttemptsMin = 12;

/**
 * How long to wait before the next attempt: full jitter between half a second and a bound that doubles
 * from 1 s to 1 h, on top of what the destination asked for, within limits.
 * Why: docs/decisions/attempts.md
 *
 * @param attempts how many were made, at least 1
 * @param hintMs what the destination asked for
 * @param random between 0 and 1
 */
export function backoffMs(attempts: number, hintMs: number | undefined, random: number): number {
  const boundMs = Math.min(longestMs, firstMs * 2 ** Math.min(attempts - 1, 30));
  return Math.round(hintWithinLimits(hintMs) + Math.max(firstMs / 2, boundMs * random));
}

/** How long a rule of the adapter holds a delivery back, in milliseconds: what it asks for, within limits. */
export function heldMs(askedMs: number | undefined): number {
  return Math.round(Math.max(firstMs, hintWithinLimits(askedMs)));
}

function hintWithinLimits(hintMs: number | undefined): number {
  return hintMs !== undefined && Number.isFinite(hintMs) ? Math.min(Math.max(hintMs, 0), hintLongestMs) : 0;
}
