import { DateTime } from 'luxon';

/** Says which days {@link readLocalDay} reads. */
export const localDayForms = '2026-11-29, today, yesterday, or 30d for thirty days ago';

/** A local day `YYYY-MM-DD`, or the nearest day that a wrong text can mean. */
export type ReadDay = { readonly day: string } | { readonly nearest: string };

/** Reads a local day as people type it: `2026-11-29`, `today`, `yesterday` or `30d` for thirty days ago. */
export function readLocalDay(text: string, nowMs: number, timeZone: string): ReadDay {
  const today = DateTime.fromMillis(nowMs, { zone: timeZone });
  const daysAgo = /^(\d{1,5})d$/.exec(text)?.[1];
  const named: Readonly<Record<string, number | undefined>> = { today: 0, yesterday: 1 };
  const ago = (Object.hasOwn(named, text) ? named[text] : undefined) ?? Number(daysAgo ?? NaN);
  if (!Number.isNaN(ago)) return { day: today.minus({ days: ago }).toFormat('yyyy-MM-dd') };
  if (/^\d{4}-\d{2}-\d{2}$/.test(text) && DateTime.fromISO(text, { zone: 'utc' }).isValid)
    return { day: text };
  return { nearest: nearestDay(text) ?? today.toFormat('yyyy-MM-dd') };
}

/** Finds the nearest existing day for a mistyped day. In doubt the day comes before the month, as in Australia. */
function nearestDay(text: string): string | undefined {
  const [, first, second, third] = /^\D*(\d{1,4})\D+(\d{1,2})(?:\D+(\d{1,4}))?\D*$/.exec(text) ?? [];
  if (first === undefined || second === undefined || third === undefined) return undefined;
  const yearFirst = first.length === 4;
  const [year, month, day] = yearFirst ? [first, second, third] : [third, second, first];
  if (year.length !== 4) return undefined;
  const begin = DateTime.utc(Number(year), Math.min(12, Math.max(1, Number(month))), 1);
  if (!begin.isValid) return undefined;
  return begin.set({ day: Math.min(begin.daysInMonth, Math.max(1, Number(day))) }).toFormat('yyyy-MM-dd');
}
