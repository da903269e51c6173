import { DateTime } from 'luxon';

// Outside of this a value is a mark for "none" (year 1, 1970, year 9999) or a slip (YYYYMMDDHHMM would be taken
// for milliseconds in 1976), and some databases refuse it.
const earliestYear = 1980;
const latestYear = 2199;
const earliestMs = Date.UTC(earliestYear, 0, 1);
const latestMs = Date.UTC(latestYear + 1, 0, 1);

const extended =
  /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)? ?(Z|z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?$/;
const basic =
  /^(\d{4})(\d{2})(\d{2})[Tt](\d{2})(\d{2})(?:(\d{2})(?:[.,](\d{1,9}))?)?(Z|z|[+-]\d{2}(?::?\d{2})?)?$/;
const epoch = /^\d{9,10}(?:\.\d{1,30})?$|^\d{12,13}(?:\.\d{1,30})?$/;

/**
 * Reads a time as Jet may send it: ISO 8601 with `T` or a space, with or without seconds, fraction and offset
 * (without one it is UTC), or epoch seconds or milliseconds as a number or text.
 *
 * @param format a further format in luxon's tokens, tried first (`JET_TIME_FORMAT`); UTC unless it holds a zone
 * @returns epoch milliseconds in UTC, or undefined when the text is none of these or no real date
 */
export function parseInstant(text: string, format?: string): number | undefined {
  if (format !== undefined) {
    const parsed = DateTime.fromFormat(text, format, { zone: 'utc', locale: 'en' });
    if (parsed.isValid) return plausible(parsed.toMillis());
  }
  if (epoch.test(text)) {
    const value = Number(text);
    // Seconds have ten digits at most, milliseconds twelve or more.
    return plausible(Math.round(value < 1e10 ? value * 1000 : value));
  }
  const match = extended.exec(text) ?? basic.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second = '0', fraction = '', offset] = match;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const offsetMinutes = parseOffset(offset);
  if (offsetMinutes === undefined) return undefined;
  const millisecond = Number(fraction.padEnd(3, '0').slice(0, 3));
  const monthIndex = Number(month) - 1;
  const localMs = Date.UTC(
    Number(year),
    monthIndex,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
    millisecond,
  );
  const local = new Date(localMs);
  // Date.UTC rolls 30 February over into March and takes the years 0 to 99 for 1900 to 1999: a date that does
  // not come back as written was never one.
  if (
    local.getUTCFullYear() !== Number(year) ||
    local.getUTCMonth() !== monthIndex ||
    local.getUTCDate() !== Number(day)
  ) {
    return undefined;
  }
  return plausible(localMs - offsetMinutes * 60_000);
}

const writtenYear = /^(\d{4})(?:-\d{2}-\d{2}(?:[Tt ]|$)|\d{4}[Tt])/;

/**
 * True for what systems write where there is no time: a date long before or after any call (year 0 or 1, 1900, 1970,
 * 9999), or zero.
 *
 * @param format as for {@link parseInstant}
 */
export function isMarkForNone(text: string, format?: string): boolean {
  if (/^0+$/.test(text)) return true;
  if (format !== undefined) {
    const parsed = DateTime.fromFormat(text, format, { zone: 'utc', locale: 'en' });
    if (parsed.isValid) return plausible(parsed.toMillis()) === undefined;
  }
  const year = Number(writtenYear.exec(text)?.[1]);
  return year < earliestYear || year > latestYear;
}

/** True for a format by which a time comes back as it was written, to the minute. */
export function isTimeFormat(format: string): boolean {
  const sampleMs = Date.UTC(2025, 10, 22, 13, 45, 56);
  const written = DateTime.fromMillis(sampleMs, { zone: 'utc', locale: 'en' }).toFormat(format);
  const read = parseInstant(written, format);
  return read !== undefined && Math.floor(read / 60_000) === Math.floor(sampleMs / 60_000);
}

function parseOffset(offset: string | undefined): number | undefined {
  if (offset === undefined || /^[A-Za-z]/.test(offset)) return 0;
  const hours = Number(offset.slice(1, 3));
  const minutes = Number(offset.slice(3).replace(':', '') || '0');
  if (hours > 14 || minutes > 59) return undefined;
  return (offset.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}

function plausible(epochMs: number): number | undefined {
  return epochMs >= earliestMs && epochMs < latestMs ? epochMs : undefined;
}
