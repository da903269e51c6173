import { AdapterMisconfigured, type DestinationUnavailable } from '../contract/errors.ts';

const firstMs = 1_000;
const longestMs = 5 * 60_000;
const misconfiguredMs = 60_000;
const hintLongestMs = 60 * 60_000;
// The assumed largest difference between the clocks of two processes.
const clocksApartMs = 600_000;

/**
 * The rest of a pause, in milliseconds. 0 or less: it is over. No pause is longer than an hour. A later end was written
 * before the clock was set back, so that pause counts as over.
 */
export function pauseLeftMs(pausedUntilMs: number, nowMs: number): number {
  const leftMs = pausedUntilMs - nowMs;
  return leftMs > hintLongestMs + clocksApartMs ? 0 : leftMs;
}

/**
 * How long to pause a destination. After an outage: 1 s, doubling to 5 min, with jitter, and at least as long as the
 * destination asked. After refused credentials: 1 min, doubling likewise, since a person must act.
 * @param pauses how many pauses in a row, including this one
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
