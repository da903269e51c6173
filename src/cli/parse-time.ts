import { localTime } from '../domain/local-time.ts';
import { readTypedTime, typedTimeForms } from '../domain/lookup/typed-time.ts';
import { UsageError } from './command-context.ts';
import { printAside } from './print.ts';

/** The help text for options that take a time. */
export const timeForms = '2026-11-22 or 2026-11-22T09:00 in TIME_ZONE, or 2h for two hours ago';

/**
 * Reads a time of an option, as {@link readTypedTime} does. Undefined stays undefined. The result is also shown on standard
 * error.
 *
 * @returns epoch milliseconds
 * @throws UsageError
 */
export function parseTime(option: string, text: string | undefined, timeZone: string): number | undefined {
  if (text === undefined) return undefined;
  const instantMs = readTypedTime(text, timeZone, Date.now());
  if (instantMs === undefined) throw new UsageError(`"${text}" is not a time: write ${typedTimeForms}.`);
  const { text: local, offset } = localTime(instantMs, timeZone);
  printAside(
    `${option} ${text} is ${local.slice(0, 19)} ${offset} in ${timeZone} (${new Date(instantMs).toISOString()}).`,
  );
  return instantMs;
}
