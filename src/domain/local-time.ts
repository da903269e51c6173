import { DateTime, IANAZone } from 'luxon';

/** An instant as a wall clock in one zone shows it. */
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

/** The wall clock time of an instant (epoch milliseconds) in an IANA zone. */
export function localTime(epochMs: number, timeZone: string): LocalTime {
  const local = DateTime.fromMillis(epochMs, { zone: timeZone });
  const text = local.toFormat('yyyy-MM-dd HH:mm:ss.SSS');
  return {
    text,
    offset: local.toFormat('ZZ'),
    date: text.slice(0, 10),
    hour: local.hour,
    weekday: local.weekday,
  };
}

/** An instant (epoch milliseconds) as `YYYY-MM-DD HH:MM:SS.SSS` in UTC. */
export function utcText(epochMs: number): string {
  const iso = new Date(epochMs).toISOString();
  return `${iso.slice(0, 10)} ${iso.slice(11, 23)}`;
}

/** True when this machine's zone data holds the name. */
export function isTimeZone(name: string): boolean {
  return IANAZone.isValidZone(name);
}
