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
  const offset = offsetAt(epochMs, timeZone);
  // Shift the instant and format it as UTC, because formatting in a time zone is many times slower.
  const clockMs = epochMs + offset.minutes * minuteMs;
  const { date, hour, weekday } = minuteOf(clockMs);
  return { text: utcText(clockMs), offset: offset.text, date, hour, weekday };
}

/** Formats an instant (epoch milliseconds) as `YYYY-MM-DD HH:MM:SS.SSS` in UTC. */
export function utcText(epochMs: number): string {
  const { text, startMs } = minuteOf(epochMs);
  const ms = epochMs - startMs;
  return `${text}${padded(Math.floor(ms / 1000), 2)}.${padded(Math.floor(ms % 1000), 3)}`;
}

const minuteMs = 60_000;
// A row has a dozen times, and many times of a batch fall into the same minutes.
const minutesKept = 2_000;

/** What the instants of one minute in UTC share. */
interface Minute extends Pick<LocalTime, 'date' | 'hour' | 'weekday'> {
  readonly startMs: number;
  /** `YYYY-MM-DD HH:MM:` */
  readonly text: string;
}

const minutes = new LRUCache<number, Minute>({ max: minutesKept });

function minuteOf(epochMs: number): Minute {
  const number = Math.floor(epochMs / minuteMs);
  let minute = minutes.get(number);
  if (minute === undefined) {
    const start = new Date(number * minuteMs);
    const iso = start.toISOString();
    const date = iso.slice(0, 10);
    minute = {
      startMs: start.getTime(),
      text: `${date} ${iso.slice(11, 17)}`,
      date,
      hour: start.getUTCHours(),
      weekday: start.getUTCDay() || 7,
    };
    minutes.set(number, minute);
  }
  return minute;
}

interface Offset {
  readonly minutes: number;
  /** `+11:00` */
  readonly text: string;
}

// Reading the zone data is the slowest part. Offsets change only on a whole minute, so all calls of one minute share an
// entry.
const offsets = new LRUCache<string, Offset>({ max: minutesKept });

function offsetAt(epochMs: number, timeZone: string): Offset {
  const minute = `${Math.floor(epochMs / minuteMs)} ${timeZone}`;
  let offset = offsets.get(minute);
  if (offset === undefined) {
    const offsetMinutes = IANAZone.create(timeZone).offset(epochMs);
    offset = { minutes: offsetMinutes, text: offsetText(offsetMinutes) };
    offsets.set(minute, offset);
  }
  return offset;
}

function offsetText(offsetMinutes: number): string {
  const positive = Math.abs(offsetMinutes);
  return `${offsetMinutes < 0 ? '-' : '+'}${padded(Math.floor(positive / 60), 2)}:${padded(Math.floor(positive % 60), 2)}`;
}

function padded(value: number, digits: number): string {
  return String(value).padStart(digits, '0');
}

/** True when this machine's time zone data contains the name. */
export function isTimeZone(name: string): boolean {
  return IANAZone.isValidZone(name);
}
