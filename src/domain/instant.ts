import { DateTime } from 'luxon';
import { readWrittenTime } from './written-time.ts';

// A time outside these years is never the time of a call. It means "no time" (year 1, 1970 or 9999) or was misread
// (YYYYMMDDHHMM would count as milliseconds in 1976). Some databases also refuse such a time.
const earliestYear = 1980;
const latestYear = 2199;
const earliestMs = Date.UTC(earliestYear, 0, 1);
const latestMs = Date.UTC(latestYear + 1, 0, 1);

// Epoch seconds, milliseconds, microseconds or nanoseconds. From 1980 to 2199, the number of digits shows the unit.
const epoch = /^(?:\d{9,10}|\d{12,13}|\d{16}|\d{19})(?:\.\d{1,30})?$/;
// The format of .NET.
const dotNetEpoch = /^\/Date\((\d{12,13})(?:[+-]\d{4})?\)\/$/;

/**
 * Reads a time in any format that Jet can send: every format of {@link readWrittenTime}, and epoch seconds,
 * milliseconds, microseconds or nanoseconds.
 *
 * @param format an additional format in luxon's tokens (`JET_TIME_FORMAT`), tried first. Without a zone it is UTC.
 * @returns epoch milliseconds in UTC; undefined for an unknown format or a date that does not exist
 */
export function parseInstant(text: string, format?: string): number | undefined {
  const instant = parseFormat(text, format) ?? parseEpoch(text) ?? readWrittenTime(text);
  return instant === undefined ? undefined : plausible(instant);
}

function parseFormat(text: string, format: string | undefined): number | undefined {
  if (format === undefined) return undefined;
  const parsed = DateTime.fromFormat(text, format, { zone: 'utc', locale: 'en' });
  return parsed.isValid ? parsed.toMillis() : undefined;
}

function parseEpoch(text: string): number | undefined {
  const written = epoch.test(text) ? text : dotNetEpoch.exec(text)?.[1];
  if (written === undefined) return undefined;
  const value = Number(written);
  if (value < 1e10) return Math.round(value * 1000);
  if (value < 1e13) return Math.round(value);
  return Math.floor(value / (value < 1e16 ? 1e3 : 1e6));
}

// Finds the year. The order of day and month does not matter for it: .NET writes 1/1/0001.
const writtenYear =
  /^(?:(?<first>\d{4})(?:-\d{2}-\d{2}(?:[Tt ]|$)|\d{4}[Tt])|\d{1,2}([/.-])\d{1,2}\2(?<last>\d{4})(?!\d))/;

/**
 * True for a text that systems write when there is no time: zero, or a date long before or after any call (year 0, 1,
 * 1900, 1970 or 9999).
 *
 * @param format as for {@link parseInstant}
 */
export function isNoTime(text: string, format?: string): boolean {
  if (/^0+$/.test(text)) return true;
  const written = parseFormat(text, format) ?? readWrittenTime(text);
  if (written !== undefined) return plausible(written) === undefined;
  const { first, last } = writtenYear.exec(text)?.groups ?? {};
  const year = Number(first ?? last);
  return year < earliestYear || year > latestYear;
}

/** True for a format that writes a time and reads it back to the same minute. */
export function isTimeFormat(format: string): boolean {
  const sampleMs = Date.UTC(2025, 10, 22, 13, 45, 56);
  const written = DateTime.fromMillis(sampleMs, { zone: 'utc', locale: 'en' }).toFormat(format);
  const read = parseInstant(written, format);
  return read !== undefined && Math.floor(read / 60_000) === Math.floor(sampleMs / 60_000);
}

function plausible(epochMs: number): number | undefined {
  return epochMs >= earliestMs && epochMs < latestMs ? epochMs : undefined;
}
