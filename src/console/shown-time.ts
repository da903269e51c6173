import { localTime } from '../domain/local-time.ts';
import { html, type Html } from '../web/html.ts';

/**
 * A time for a page, in the time zone of the settings: `27 Nov 15:04:06`. The year is shown if it is not this year.
 * The tooltip has the time in UTC.
 */
export function shownTime(epochMs: number | undefined, timeZone: string, nowMs: number): Html | undefined {
  if (epochMs === undefined || Number.isNaN(new Date(epochMs).getTime())) return undefined;
  const { date, text } = localTime(epochMs, timeZone);
  const year = date.slice(0, 4);
  const isThisYear = localTime(nowMs, timeZone).date.slice(0, 4) === year;
  const day = `${Number(date.slice(8, 10))} ${months[Number(date.slice(5, 7)) - 1] ?? ''}`;
  const iso = new Date(epochMs).toISOString();
  return html`<time datetime="${iso}" title="${iso.replace('T', ' ').replace('Z', ' UTC')}"
    >${day}${isThisYear ? '' : ` ${year}`} ${text.slice(11, 19)}</time
  >`;
}

const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** A length of time in words: `12 s`, `3 min`, `5 h`, `2 days`. */
export function shownAge(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return `${Math.round(seconds / 60)} min`;
  if (seconds < 48 * 3_600) return `${Math.round(seconds / 3_600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}
