// Longer than any form below, and short enough that matching is always fast.
const lengthMax = 128;

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

const monthName =
  '(?<name>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\\.?';
const weekdayName =
  '(?:(?<weekday>sun(?:day)?|mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:r(?:s(?:day)?)?)?|fri(?:day)?|sat(?:urday)?),? )?';
const clock =
  '(?<hour>\\d{1,2}):(?<minute>\\d{2})(?::(?<second>\\d{2})(?:[.,](?<fraction>\\d+))?)?(?: ?(?<half>[ap])\\.?m\\.?)?';
const zone = '(?<zone>\\D.*)?';
const ordinal = '(?:st|nd|rd|th)?';

// In each form the year comes first or the month is a name, so the order of day and month is certain.
const forms = [
  // ISO 8601, Java, Go, Python, databases: 2026-11-19T15:58:07
  `(?<year>\\d{4})-(?<month>\\d{2})-(?<day>\\d{2})[t ]${clock}${zone}`,
  // 2026/11/19 15:58:07
  `(?<year>\\d{4})(?<mark>[/.])(?<month>\\d{1,2})\\k<mark>(?<day>\\d{1,2})[t ]${clock}${zone}`,
  // 20261119155807, 20261119155807123, 20261119T155807
  `(?<year>\\d{4})(?<month>\\d{2})(?<day>\\d{2})(?<hour>\\d{2})(?<minute>\\d{2})(?<second>\\d{2})(?:(?:[.,]|(?=\\d{3}(?:\\D|$)))(?<fraction>\\d+))?${zone}`,
  `(?<year>\\d{4})(?<month>\\d{2})(?<day>\\d{2})[t ](?<hour>\\d{2})(?<minute>\\d{2})(?:(?<second>\\d{2})(?:[.,](?<fraction>\\d+))?)?${zone}`,
  // RFC 1123, RFC 850: Thu, 19 Nov 2026 15:58:07
  `${weekdayName}(?<day>\\d{1,2})${ordinal}[ -]${monthName}[ -](?<year>\\d{4}|\\d{2}),?(?: at)? ${clock}${zone}`,
  // JavaScript: Thu Nov 19 2026 15:58:07; Java: Nov 19, 2026, 3:58:07 PM
  `${weekdayName}${monthName} {1,2}(?<day>\\d{1,2})${ordinal},? (?<year>\\d{4}),?(?: at)? ${clock}${zone}`,
  // C, Java, Unix: Thu Nov 19 15:58:07 UTC 2026
  `${weekdayName}${monthName} {1,2}(?<day>\\d{1,2}) ${clock}(?<zone> [^ ]+)? (?<year>\\d{4})`,
  // 2026-Nov-19 15:58:07
  `(?<year>\\d{4})[ -]${monthName}[ -](?<day>\\d{1,2})[t ]${clock}${zone}`,
].map((form) => new RegExp(`^${form}$`, 'i'));

// The zone's name, a calendar or Go's clock reading can follow the offset: `[Australia/Sydney]`, `(AEDT)`,
// `m=+0.1`.
const tail = '(?: ?\\([^()]*\\))?(?: ?\\[[^\\[\\]]*\\])*(?: m=[+-]\\d+(?:\\.\\d+)?)?';
const utc = new RegExp(`^ ?(?:z|utc|gmt|ut)${tail}$`, 'i');
const offset = new RegExp(
  `^ ?(?:utc|gmt)? ?(?<sign>[+-])(?<hours>\\d{1,2})(?::?(?<minutes>\\d{2}))?(?: (?:[a-z]{2,5}|[+-]\\d{2,4}))?${tail}$`,
  'i',
);

/**
 * Reads a date with a time of day. The order of day and month must be certain, so the year must come first or the month
 * must be a name. A time without a zone is UTC. Digits beyond the millisecond are dropped.
 *
 * @returns epoch milliseconds in UTC, for any year; undefined for other formats and for dates that do not exist
 */
export function readWrittenTime(text: string): number | undefined {
  if (text.length > lengthMax) return undefined;
  return readForm(text.replace(/[\u00a0\u202f]/g, ' ')) ?? readForm(tidied(text));
}

function readForm(text: string): number | undefined {
  for (const form of forms) {
    const groups = form.exec(text)?.groups;
    if (groups !== undefined) return instantOf(groups);
  }
  return undefined;
}

/** Removes quotes, makes every dash a hyphen, and puts a single blank between date and clock. */
function tidied(text: string): string {
  return text
    .replace(/^(["'])(.*)\1$/, '$2')
    .replace(/[\u2010-\u2013\u2212]/g, '-')
    .replace(/(\d)(?:, ?|_)(?=\d{1,2}:)/, '$1 ');
}

type Groups = Readonly<Record<string, string | undefined>>;

function instantOf(groups: Groups): number | undefined {
  const { month, day, minute, second = '0', fraction = '', name, zone = '' } = groups;
  const year = yearOf(groups);
  const hour = hourOf(groups);
  const offsetMinutes = offsetOf(zone);
  if (hour === undefined || offsetMinutes === undefined) return undefined;
  if (hour > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const monthIndex = name === undefined ? Number(month) - 1 : months.indexOf(name.slice(0, 3).toLowerCase());
  const local = new Date(0);
  // Date.UTC cannot be used: it reads the years 0 to 99 as 1900 to 1999.
  local.setUTCFullYear(year, monthIndex, Number(day));
  // Date turns 30 February into a day in March. A date that changes this way does not exist.
  if (local.getUTCMonth() !== monthIndex || local.getUTCDate() !== Number(day)) return undefined;
  if (groups['year']?.length === 2 && !isOnWeekday(local, groups['weekday'])) return undefined;
  local.setUTCHours(hour, Number(minute), Number(second), Number(fraction.padEnd(3, '0').slice(0, 3)));
  return local.getTime() - offsetMinutes * 60_000;
}

/** Reads the year. Two digits mean a year from 1980 to 2079. */
function yearOf({ year = '' }: Groups): number {
  const written = Number(year);
  if (year.length > 2) return written;
  return written < 80 ? 2000 + written : 1900 + written;
}

function hourOf({ hour, half }: Groups): number | undefined {
  const written = Number(hour);
  if (half === undefined) return written;
  if (written < 1 || written > 12) return undefined;
  return (written % 12) + (half.toLowerCase() === 'p' ? 12 : 0);
}

/** Two digits could be a day instead of a year, so the weekday must be given and must match the date. */
function isOnWeekday(date: Date, weekday: string | undefined): boolean {
  return weekday !== undefined && weekdays.indexOf(weekday.slice(0, 3).toLowerCase()) === date.getUTCDay();
}

function offsetOf(zone: string): number | undefined {
  if (zone === '' || utc.test(zone)) return 0;
  const groups = offset.exec(zone)?.groups;
  if (groups === undefined) return undefined;
  const hours = Number(groups['hours']);
  const minutes = Number(groups['minutes'] ?? 0);
  if (hours > 14 || minutes > 59) return undefined;
  return (groups['sign'] === '-' ? -1 : 1) * (hours * 60 + minutes);
}
