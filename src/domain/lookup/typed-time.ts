import { DateTime } from 'luxon';
import { parseDurationMs } from '../duration-text.ts';
import { parseInstant } from '../instant.ts';

/** Says which times {@link readTypedTime} reads. */
export const typedTimeForms = '2026-11-22, 2026-11-22T09:00, 2026-11-22T09:00Z, or 2h for two hours ago';

const statesZone = /^\d+(?:\.\d+)?$|:?\d{2} ?(?:Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)$/i;

/**
 * Reads a time as people type it: `2026-11-22`, an ISO 8601 time, or `2h` for two hours ago. A time without an offset is
 * on the wall clock of the zone.
 *
 * @returns epoch milliseconds; undefined when the text is not a time
 */
export function readTypedTime(text: string, timeZone: string, nowMs: number): number | undefined {
  const agoMs = parseDurationMs(text);
  return agoMs === undefined ? readInstant(text, timeZone) : nowMs - agoMs;
}

function readInstant(text: string, timeZone: string): number | undefined {
  const isDate = /^\d{4}-\d{2}-\d{2}$/.test(text);
  const readMs = parseInstant(isDate ? `${text}T00:00` : text);
  if (readMs === undefined || (!isDate && statesZone.test(text))) return readMs;
  // The text names no zone and was read as UTC. Keep the wall-clock time and change the zone.
  return DateTime.fromMillis(readMs, { zone: 'utc' }).setZone(timeZone, { keepLocalTime: true }).toMillis();
}
