import { DateTime } from 'luxon';
import { readWrittenTime } from './written-time.ts';

// Outside of this a value is a mark for "none" (year 1, 1970, year 9999) or a slip (YYYYMMDDHHMM would be taken
// for milliseconds in 1976), and some databases refuse it.
const earliestYear = 1980;
const latestYear = 2199;
const earliestMs = Date.UTC(earliestYear, 0, 1);
const latestMs = Date.UTC(latestYear + 1, 0, 1);

// Seconds, milliseconds, microseconds, nanoseconds: the number of digits tells which, from 1980 to 2199.
const epoch = /^(?:\d{9,10}|\d{12,13}|\d{16}|\d{19})(?:\.\d{1,30})?$/;
// As .NET writes it.
const dotNetEpoch = /^\/Date\((\d{12,13})(?:[+-]\d{4})?\)\/$/;

/**
 * Reads a time as Jet may send it: every form that {@link readWrittenTime} knows, or epoch seconds, milliseconds,
 * microseconds or nanoseconds as a number or text.
 *
 * @param format a further format in luxon's tokens, tried first (`JET_TIME_FORMAT`); UTC unless it holds a zone
 * @returns epoch milliseconds in UTC, or undefined when the text is none of these or no real date
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

// A year tells it, whatever the order of day and month: .NET writes 1/1/0001.
const writtenYear =
  /^(?:(?<first>\d{4})(?:-\d{2}-\d{2}(?:[Tt ]|$)|\d{4}[Tt])|\d{1,2}([/.-])\d{1,2}\2(?<last>\d{4})(?!\d))/;

/**
 * True for what systems write where there is no time: a date long before or after any call (year 0 or 1, 1900, 1970,
 * 9999), or zero.
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

/** True for a format by which a time comes back as it was written, to the minute. */
export function isTimeFormat(format: string): boolean {
  const sampleMs = Date.UTC(2025, 10, 22, 13, 45, 56);
  const written = DateTime.fromMillis(sampleMs, { zone: 'utc', locale: 'en' }).toFormat(format);
  const read = parseInstant(written, format);
  return read !== undefined && Math.floor(read / 60_000) === Math.floor(sampleMs / 60_000);
}

function plausible(epochMs: number): number | undefined {
  return epochMs >= earliestMs && epochMs < latestMs ? epochMs : undefined;
}
