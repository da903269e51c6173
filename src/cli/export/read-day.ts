import { localDayForms, readLocalDay } from '../../domain/lookup/read-local-day.ts';
import { UsageError } from '../command-context.ts';

/**
 * Reads the local day of an option: `2026-11-29`, `today`, `yesterday` or `30d` for thirty days ago.
 *
 * @throws UsageError that names the nearest right day
 */
export function readDay(option: string, text: string, nowMs: number, timeZone: string): string {
  const read = readLocalDay(text, nowMs, timeZone);
  if ('day' in read) return read.day;
  throw new UsageError(
    `${option} "${text}" is not a day. Did you mean ${read.nearest}? Write a day as ${localDayForms}.`,
  );
}
