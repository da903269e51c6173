import { DateTime } from 'luxon';
import { UsageError } from '../command-context.ts';

/**
 * The first and last millisecond of a day on the clock of a zone. A day on which the clock changes is longer or shorter.
 *
 * @param text `2026-11-27`
 * @throws UsageError
 */
export function dayOf(text: string, timeZone: string): { readonly fromMs: number; readonly toMs: number } {
  const day = DateTime.fromFormat(text, 'yyyy-MM-dd', { zone: timeZone });
  if (!day.isValid) throw new UsageError(`"${text}" is not a day: write 2026-11-27.`);
  return { fromMs: day.startOf('day').toMillis(), toMs: day.endOf('day').toMillis() };
}
