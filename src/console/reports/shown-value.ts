import type { Access } from '../../auth/console-passwords.ts';
import { localTime } from '../../domain/local-time.ts';
import type { ReportRow } from '../../reporting/reports/ask-statement.ts';
import type { ReportedColumn } from '../../reporting/reports/report.ts';
import type { ReportValue } from '../../reporting/views/report-values.ts';
import { html, type Html } from '../../web/html.ts';
import { callPath, callsPath } from '../calls/call-path.ts';
import { shownText } from '../calls/shown-text.ts';
import { link, withQuery } from '../own-link.ts';
import { shownNumber, withoutNumbers } from '../shown-number.ts';
import { shownTime } from '../shown-time.ts';

export interface ValueSettings {
  readonly access: Access;
  readonly timeZone: string;
  readonly nowMs: number;
}

const textMax = 80;
const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** A value of a report as a cell of a table. */
export function shownValue(
  column: ReportedColumn,
  row: ReportRow,
  settings: ValueSettings,
): Html | string | undefined {
  const value = row[column.name] ?? null;
  if (value === null)
    return column.empty === undefined ? undefined : html`<span class="soft">${column.empty}</span>`;
  if (column.type === 'instant')
    return shownTime(Date.parse(`${String(value).replace(' ', 'T')}Z`), settings.timeZone, settings.nowMs);
  const text = shownWord(column, value, settings);
  if (column.shownAs === 'call') return link(callPath(String(row['call_id'])), text);
  // The address of a search has the whole number.
  if (column.shownAs === 'phone' && settings.access === 'operator')
    return link(withQuery(callsPath, { q: String(value) }), text);
  return text;
}

/** A value as a word, also for charts. A day shows its year if it is not this year. */
export function shownWord(
  { type, shownAs }: ReportedColumn,
  value: ReportValue,
  { access, timeZone, nowMs }: ValueSettings,
): string {
  if (value === null) return '';
  if (typeof value === 'number') return shownFigure(value, shownAs);
  const text = String(value);
  if (type === 'date' || type === 'local') {
    const isThisYear = localTime(nowMs, timeZone).date.slice(0, 4) === text.slice(0, 4);
    const day = `${shortDay(text)}${isThisYear ? '' : ` ${text.slice(0, 4)}`}`;
    const words = type === 'local' ? `${day} ${text.slice(11, 19)}` : `${weekdayOf(text)} ${day}`;
    // A day must not break over lines.
    return words.replaceAll(' ', '\u00a0');
  }
  if (shownAs === 'phone') return shownNumber(text, access);
  return shownText(shownAs === 'word' ? text.replaceAll('_', ' ') : text, access, textMax) ?? '';
}

function shownFigure(value: number, shownAs: ReportedColumn['shownAs']): string {
  if (shownAs === 'hour') return `${String(value).padStart(2, '0')}:00`;
  if (shownAs === 'weekday') return weekdays[value - 1] ?? String(value);
  if (shownAs === 'percent') return value.toFixed(1);
  return value.toLocaleString('en', { maximumFractionDigits: 1 });
}

/** A day without its year: `6 Jul`. */
export function shortDay(day: string): string {
  return `${Number(day.slice(8, 10))} ${months[Number(day.slice(5, 7)) - 1] ?? ''}`;
}

function weekdayOf(day: string): string {
  return (weekdays[(new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7] ?? '').slice(0, 3);
}

/** A value for a file. It is unchanged for the operator, and without phone numbers for a viewer. */
export function exportedValue(
  { type, shownAs }: ReportedColumn,
  value: ReportValue,
  access: Access,
): ReportValue {
  if (access === 'operator' || type !== 'text' || typeof value !== 'string') return value;
  return shownAs === 'phone' ? shownNumber(value, access) : withoutNumbers(value, access);
}
