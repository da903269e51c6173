import { DateTime } from 'luxon';
import { parseDurationMs } from '../domain/duration-text.ts';
import { parseInstant } from '../domain/instant.ts';
import { localTime } from '../domain/local-time.ts';
import { UsageError } from './command-context.ts';
import { printAside } from './print.ts';

/** The help text for options that take a time. */
export const timeForms = '2026-11-22 or 2026-11-22T09:00 on the clock of TIME_ZONE, or 2h for two hours ago';

const statesZone = /^\d+(?:\.\d+)?$|:?\d{2} ?(?:Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)$/i;

/**
 * Reads a time as people type it: `2026-11-22`, an ISO 8601 time, or `2h` for two hours ago. A time without an offset is
 * on the wall clock of the zone. Undefined stays undefined. The result is also shown on standard error.
 *
 * @returns epoch milliseconds
 * @throws UsageError
 */
export function parseTime(option: string, text: string | undefined, timeZone: string): number | undefined {
  if (text === undefined) return undefined;
  const agoMs = parseDurationMs(text);
  const instantMs = agoMs === undefined ? readInstant(text, timeZone) : Date.now() - agoMs;
  if (instantMs === undefined) {
    throw new UsageError(
      `"${text}" is not a time: write 2026-11-22, 2026-11-22T09:00, 2026-11-22T09:00Z, or 2h for two hours ago.`,
    );
  }
  const { text: local, offset } = localTime(instantMs, timeZone);
  printAside(
    `${option} ${text} is ${local.slice(0, 19)} ${offset} in ${timeZone} (${new Date(instantMs).toISOString()}).`,
  );
  return instantMs;
}

function readInstant(text: string, timeZone: string): number | undefined {
  const isDate = /^\d{4}-\d{2}-\d{2}$/.test(text);
  const readMs = parseInstant(isDate ? `${text}T00:00` : text);
  if (readMs === undefined || (!isDate && statesZone.test(text))) return readMs;
  // The text names no zone and was read as UTC. Keep the wall-clock time and change the zone.
  return DateTime.fromMillis(readMs, { zone: 'utc' }).setZone(timeZone, { keepLocalTime: true }).toMillis();
}
