import { parseDurationMs } from '../domain/duration-text.ts';
import { parseInstant } from '../domain/instant.ts';
import { UsageError } from './command-context.ts';

/** A time as people type it: `2026-11-22`, an ISO 8601 time (UTC without an offset), or `2h` for two hours ago. */
export function parseTime(text: string): number {
  const agoMs = parseDurationMs(text);
  const instantMs =
    agoMs === undefined
      ? parseInstant(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00` : text)
      : Date.now() - agoMs;
  if (instantMs === undefined) {
    throw new UsageError(
      `"${text}" is not a time: write 2026-11-22, 2026-11-22T09:00Z, or 2h for two hours ago.`,
    );
  }
  return instantMs;
}
