const dayMs = 86_400_000;

// A call outside these years is in `jet_inbound`, but on no day of the calendar.
const firstYear = 2000;
const lastYear = 2049;

/** One day of `jet_dates`. */
export interface CalendarDay {
  readonly date: string;
  readonly year: number;
  readonly quarter: number;
  readonly month: number;
  readonly week: string;
  readonly weekBegins: string;
  readonly weekday: number;
  readonly isWeekend: boolean;
  /** The year in which the Australian financial year (July to June) ends. */
  readonly financialYear: number;
}

/** Every day from the first to the last year, without a gap. */
export function calendarDays(): CalendarDay[] {
  const days: CalendarDay[] = [];
  // Days in UTC have no clock changes.
  for (let atMs = Date.UTC(firstYear, 0, 1); atMs < Date.UTC(lastYear + 1, 0, 1); atMs += dayMs) {
    const day = new Date(atMs);
    const year = day.getUTCFullYear();
    const month = day.getUTCMonth() + 1;
    const weekday = day.getUTCDay() || 7;
    days.push({
      date: dateText(atMs),
      year,
      quarter: Math.ceil(month / 3),
      month,
      week: isoWeek(atMs + (4 - weekday) * dayMs),
      weekBegins: dateText(atMs + (1 - weekday) * dayMs),
      weekday,
      isWeekend: weekday > 5,
      financialYear: month >= 7 ? year + 1 : year,
    });
  }
  return days;
}

/** An ISO week belongs to the year of its Thursday. */
function isoWeek(thursdayMs: number): string {
  const year = new Date(thursdayMs).getUTCFullYear();
  const week = Math.floor((thursdayMs - Date.UTC(year, 0, 1)) / (7 * dayMs)) + 1;
  return `${year}-W${String(week).padStart(2, '0')}`;
}

function dateText(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}

/** True for a day of the calendar, written `YYYY-MM-DD`. */
export function isCalendarDay(text: string): boolean {
  const atMs = Date.parse(`${text}T00:00:00Z`);
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || Number.isNaN(atMs) || dateText(atMs) !== text) return false;
  const year = Number(text.slice(0, 4));
  return year >= firstYear && year <= lastYear;
}
