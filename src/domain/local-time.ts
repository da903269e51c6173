import { LRUCache } from 'lru-cache';
import { IANAZone } from 'luxon';

/** An instant as local time in one time zone. */
export interface LocalTime {
  /** `YYYY-MM-DD HH:MM:SS.SSS` */
  readonly text: string;
  /** `+11:00` */
  readonly offset: string;
  /** `YYYY-MM-DD` */
  readonly date: string;
  /** 0 to 23 */
  readonly hour: number;
  /** 1 = Monday to 7 = Sunday */
  readonly weekday: number;
}

/** Gives the local time of an instant (epoch milliseconds) in an IANA time zone. */
export function localTime(epochMs: number, timeZone: string): LocalTime {
  const offsetMinutes = offsetAt(epochMs, timeZone);
  // Shift the instant and format it as UTC, because formatting in a time zone is many times slower.
  const clock = new Date(epochMs + offsetMinutes * 60_000);
  const text = utcText(clock.getTime());
  return {
    text,
    offset: offsetText(offsetMinutes),
    date: text.slice(0, 10),
    hour: clock.getUTCHours(),
    weekday: clock.getUTCDay() || 7,
  };
}

// Reading the zone data is the slowest part. Offsets change only on a whole minute, so all calls of one minute share an
// entry.
const offsets = new LRUCache<string, number>({ max: 2_000 });

function offsetAt(epochMs: number, timeZone: string): number {
  const minute = `${Math.floor(epochMs / 60_000)} ${timeZone}`;
  let offset = offsets.get(minute);
  if (offset === undefined) {
    offset = IANAZone.create(timeZone).offset(epochMs);
    offsets.set(minute, offset);
  }
  return offset;
}

function offsetText(offsetMinutes: number): string {
  const minutes = Math.abs(offsetMinutes);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${offsetMinutes < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(Math.floor(minutes % 60))}`;
}

/** Formats an instant (epoch milliseconds) as `YYYY-MM-DD HH:MM:SS.SSS` in UTC. */
export function utcText(epochMs: number): string {
  const iso = new Date(epochMs).toISOString();
  return `${iso.slice(0, 10)} ${iso.slice(11, 23)}`;
}

/** True when this machine's time zone data contains the name. */
export function isTimeZone(name: string): boolean {
  return IANAZone.isValidZone(name);
}
