const firstMs = 1_000;
const longestMs = 3_600_000;

/** The longest delay that a destination's own hint can cause. */
const hintLongestMs = 6 * 3_600_000;

// The assumed largest difference between the clocks of two processes.
const clocksApartMs = 600_000;

/** A retry is never due later than this. */
export const dueWithinMs = hintLongestMs + longestMs + clocksApartMs;

/** A call that could not be delivered for this long becomes `exhausted`, if it also had enough attempts. */
export const giveUpAfterMs = 72 * 3_600_000;

/** The attempts before a call can become `exhausted`. The destination may have been unreachable most of the time. */
export const giveUpAttemptsMin = 12;

/**
 * The wait before the next attempt: full jitter between half a second and a bound that doubles from 1 s to 1 h.
 * The destination's hint is added, up to a limit.
 * Why: docs/decisions/attempts.md
 * @param attempts how many were made, at least 1
 * @param hintMs the delay that the destination asked for
 * @param random between 0 and 1
 */
export function backoffMs(attempts: number, hintMs: number | undefined, random: number): number {
  const boundMs = Math.min(longestMs, firstMs * 2 ** Math.min(attempts - 1, 30));
  return Math.round(hintWithinLimits(hintMs) + Math.max(firstMs / 2, boundMs * random));
}

/** How long a rule of the adapter delays a delivery, in milliseconds: as long as it asks, up to a limit. */
export function heldMs(askedMs: number | undefined): number {
  return Math.round(Math.max(firstMs, hintWithinLimits(askedMs)));
}

function hintWithinLimits(hintMs: number | undefined): number {
  return hintMs !== undefined && Number.isFinite(hintMs) ? Math.min(Math.max(hintMs, 0), hintLongestMs) : 0;
}
