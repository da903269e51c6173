import { DateTime } from 'luxon';
import { cutText } from '../../domain/cut-text.ts';
import { localDayForms, readLocalDay } from '../../domain/lookup/read-local-day.ts';
import { isCalendarDay } from '../../reporting/calendar/calendar-rows.ts';
import {
  reportFilters,
  type Report,
  type ReportFilter,
  type ReportQuestion,
} from '../../reporting/reports/report.ts';

const queryNames = ['from', 'to', ...(Object.keys(reportFilters) as ReportFilter[])] as const;

/** The query of a report, as it was typed. */
export type ReportQuery = Readonly<Partial<Record<(typeof queryNames)[number], string>>>;

/** A sentence about a wrong query, with the nearest right query. */
export interface QueryFault {
  readonly text: string;
  readonly better?: ReportQuery;
}

export interface ReadReportQuery {
  readonly question: ReportQuestion;
  /** True when the period is today. */
  readonly isToday: boolean;
  /** The question is valid only without faults. */
  readonly faults: readonly QueryFault[];
}

const textMax = 300;
const daysMax = 366;

/** Takes the known names from a query. A repeated name counts once. */
export function reportQuery(query: Readonly<Record<string, unknown>>): ReportQuery {
  const given: Partial<Record<(typeof queryNames)[number], string>> = {};
  for (const name of queryNames) {
    const value = query[name];
    const text: unknown = Array.isArray(value) ? value[0] : value;
    // No database stores U+0000.
    if (typeof text === 'string' && text.trim() !== '')
      given[name] = cutText(text.replaceAll('\0', '\ufffd'), textMax);
  }
  return given;
}

/** The filters of a query, without its period. */
export function filtersOf({ service, group, type }: ReportQuery): ReportQuestion['filters'] {
  return {
    ...(service !== undefined && { service }),
    ...(group !== undefined && { group }),
    ...(type !== undefined && { type }),
  };
}

/** Reads the period. The default is the seven days until today, or today for the report about today. */
export function readReportQuery(
  query: ReportQuery,
  { isAboutToday }: Pick<Report, 'isAboutToday'>,
  nowMs: number,
  timeZone: string,
): ReadReportQuery {
  const faults: QueryFault[] = [];
  const day = (name: 'from' | 'to', usual: string): string => {
    const text = query[name]?.trim();
    if (text === undefined) return usual;
    const read = readLocalDay(text, nowMs, timeZone);
    if ('day' in read && isCalendarDay(read.day)) return read.day;
    const nearest = 'nearest' in read && isCalendarDay(read.nearest) ? read.nearest : undefined;
    const ending =
      nearest === undefined
        ? 'The calendar has the days from 2000 to 2049.'
        : `Did you mean ${nearest}? Write a day as ${localDayForms}.`;
    faults.push({
      text: `${name} "${text}" is not a day. ${ending}`,
      ...(nearest !== undefined && { better: { ...query, [name]: nearest } }),
    });
    return usual;
  };
  const today = DateTime.fromMillis(nowMs, { zone: timeZone }).toFormat('yyyy-MM-dd');
  const to = day('to', today);
  const from = day('from', daysBefore(to, isAboutToday === true ? 0 : 6));
  if (faults.length === 0) faults.push(...periodFaults(query, from, to));
  return {
    faults,
    isToday: from === today && to === today,
    question: {
      ...{ from, to, filters: filtersOf(query) },
      fromMs: DateTime.fromISO(from, { zone: timeZone }).startOf('day').toMillis(),
      untilMs: DateTime.fromISO(to, { zone: timeZone }).plus({ days: 1 }).startOf('day').toMillis(),
    },
  };
}

function periodFaults(query: ReportQuery, from: string, to: string): QueryFault[] {
  if (to < from)
    return [
      {
        text: `The period ends (${to}) before it begins (${from}).`,
        better: { ...query, from: to, to: from },
      },
    ];
  const earliest = daysBefore(to, daysMax - 1);
  if (from >= earliest) return [];
  return [
    {
      text: `A report covers at most ${daysMax} days. With the end ${to} it can begin on ${earliest}.`,
      better: { ...query, from: earliest, to },
    },
  ];
}

/** The day some days before another one, `YYYY-MM-DD`. */
function daysBefore(day: string, days: number): string {
  return DateTime.fromISO(day, { zone: 'utc' }).minus({ days }).toFormat('yyyy-MM-dd');
}
