import { AdapterMisconfigured, type DestinationUnavailable } from '../contract/errors.ts';

const firstMs = 1_000;
const longestMs = 5 * 60_000;
const misconfiguredMs = 60_000;
const hintLongestMs = 60 * 60_000;
// The most that the clocks of two processes may be apart.
const clocksApartMs = 600_000;

/**
 * How much of a pause is left, in milliseconds; 0 or less: it is over. No pause is longer than an hour: one that ends
 * later was written under a clock that has been set back since, and is over.
 */
export function pauseLeftMs(pausedUntilMs: number, nowMs: number): number {
  const leftMs = pausedUntilMs - nowMs;
  return leftMs > hintLongestMs + clocksApartMs ? 0 : leftMs;
}

/**
 * How long to leave a destination alone: after an outage 1 s, doubling to 5 min, with jitter, and not less than
 * it asked for; after refused credentials 1 min doubling likewise, since a person has to act.
 *
 * @param pauses how many came one after the other, this one counted
 * @param random between 0 and 1
 */
export function pauseMs(
  error: DestinationUnavailable | AdapterMisconfigured,
  pauses: number,
  random: number,
): number {
  const misconfigured = error instanceof AdapterMisconfigured;
  const boundMs = Math.min(
    longestMs,
    (misconfigured ? misconfiguredMs : firstMs) * 2 ** Math.min(pauses - 1, 20),
  );
  const hint = misconfigured ? undefined : error.retryAfterMs;
  const hintMs = hint !== undefined && Number.isFinite(hint) ? Math.min(Math.max(hint, 0), hintLongestMs) : 0;
  return Math.round(Math.max(hintMs, boundMs * (0.5 + random / 2)));
}
