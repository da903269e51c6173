import { LRUCache } from 'lru-cache';
import { DateTime } from 'luxon';

// Computing a week takes as long as twenty other columns, and a batch has calls of only a few days.
const weeks = new LRUCache<string, string>({ max: 1_000 });

/** The ISO week of a day (`YYYY-MM-DD`), such as `2026-W48`. */
export function localWeek(date: string): string {
  let week = weeks.get(date);
  if (week === undefined) {
    week = DateTime.fromISO(date).toFormat("kkkk-'W'WW");
    weeks.set(date, week);
  }
  return week;
}
