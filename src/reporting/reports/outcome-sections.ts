import type { ReportFilter, ReportSection } from './report.ts';
import { day, outcomeMeasures, outcomeSeries, service, summedOutcomes, whole } from './reported-columns.ts';
import { sql } from './sql-statement.ts';

/** The filters of views that keep the service of each call. */
export const allFilters: readonly ReportFilter[] = ['service', 'group', 'type'];

const shared = {
  view: 'jet_inbound',
  filters: allFilters,
  measures: outcomeMeasures,
  hasTotals: true,
  chart: { kind: 'columns', series: outcomeSeries },
  empty: 'No inbound call has an outcome in this period.',
} as const;

// The period also stands in ON, so that every database reads only the calls of the period.

/** Inbound calls of each local day by outcome. Days without calls have zeros. */
export const outcomesByDay: ReportSection = {
  ...shared,
  name: 'by-day',
  title: 'Calls by day',
  keys: [day('days.local_date')],
  relation: (_question, { inPeriod, andFilters }) => sql`FROM jet_dates AS days
LEFT JOIN jet_inbound AS calls ON calls.local_date = days.local_date
  AND ${inPeriod('calls.local_date')}${andFilters('calls')}
WHERE ${inPeriod('days.local_date')}`,
  order: 'days.local_date DESC',
};

/** Inbound calls of each hour of the day by outcome, over all days of the period. Hours without calls have zeros. */
export const outcomesByHour: ReportSection = {
  ...shared,
  name: 'by-hour',
  title: 'Calls by hour of the day',
  keys: [whole('local_hour', 'Hour', 'hours.local_hour', { shownAs: 'hour' })],
  relation: (_question, { inPeriod, andFilters }) => sql`FROM jet_hours AS hours
LEFT JOIN jet_inbound AS calls ON calls.local_hour = hours.local_hour
  AND ${inPeriod('calls.local_date')}${andFilters('calls')}`,
  order: 'hours.local_hour',
};

/** Inbound calls of each weekday by outcome, over all days of the period. */
export const outcomesByWeekday: ReportSection = {
  ...shared,
  name: 'by-weekday',
  title: 'Calls by weekday',
  keys: [whole('local_weekday', 'Weekday', 'calls.local_weekday', { shownAs: 'weekday' })],
  relation: (_question, { inPeriod, andFilters }) => sql`FROM jet_inbound AS calls
WHERE ${inPeriod('calls.local_date')}${andFilters('calls')}`,
  order: 'calls.local_weekday',
};

/** Inbound calls of each service by outcome, over all days of the period. */
export const outcomesByService: ReportSection = {
  ...shared,
  name: 'by-service',
  title: 'Calls by service',
  view: 'jet_service_daily',
  keys: [service],
  measures: summedOutcomes,
  relation: (_question, { inPeriod, andFilters }) => sql`FROM jet_service_daily
WHERE ${inPeriod('local_date')}${andFilters('jet_service_daily')}`,
  order: 'offered DESC, service_name',
  chart: { kind: 'ranks', series: outcomeSeries },
};
