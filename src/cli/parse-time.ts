import { DateTime } from 'luxon';
import { parseDurationMs } from '../domain/duration-text.ts';
import { parseInstant } from '../domain/instant.ts';
import { localTime } from '../domain/local-time.ts';
import { UsageError } from './command-context.ts';
import { printAside } from './print.ts';

/** What the options of commands say of the times that they take. */
export const timeForms = '2026-11-22 or 2026-11-22T09:00 on the clock of TIME_ZONE, or 2h for two hours ago';

const statesZone = /^\d+(?:\.\d+)?$|:?\d{2} ?(?:Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)$/i;

/**
 * A time as people type it: `2026-11-22` or an ISO 8601 time, on the wall clock of the zone unless it names an offset,
 * or `2h` for two hours ago. Undefined stays undefined.
 *
 * @returns epoch milliseconds, which are also told on standard error
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
  // Read as UTC, since it names no zone: what it shows is the wall clock's.
  return DateTime.fromMillis(readMs, { zone: 'utc' }).setZone(timeZone, { keepLocalTime: true }).toMillis();
}
