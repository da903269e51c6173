import { outcomeCounts } from '../views/outcomes.ts';
import type { RelationSql, ReportFilter, ReportSection } from './report.ts';
import { day, outcomeMeasures, outcomeSeries, service, whole } from './reported-columns.ts';
import { plainSql, sql, type SqlStatement } from './sql-statement.ts';

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

/**
 * Counts the calls of the period by some columns of `jet_inbound`. It counts before the join with a calendar, so that
 * every database reads each call once.
 */
export function countedCalls(keys: string, { inPeriod, andFilters }: RelationSql): SqlStatement {
  return sql`(
  SELECT ${plainSql(keys)}, ${plainSql(outcomeCounts.replaceAll(', ', ',\n    '))}
  FROM jet_inbound
  WHERE ${inPeriod('local_date')}${andFilters('jet_inbound')}
  GROUP BY ${plainSql(keys)}
) AS calls`;
}

/** Inbound calls of each local day by outcome. Days without calls have zeros. */
export const outcomesByDay: ReportSection = {
  ...shared,
  name: 'by-day',
  title: 'Calls by day',
  keys: [day('days.local_date')],
  relation: (_question, relation) => sql`FROM jet_dates AS days
LEFT JOIN ${countedCalls('local_date', relation)} ON calls.local_date = days.local_date
WHERE ${relation.inPeriod('days.local_date')}`,
  order: 'days.local_date DESC',
};

/** Inbound calls of each hour of the day by outcome, over all days of the period. Hours without calls have zeros. */
export const outcomesByHour: ReportSection = {
  ...shared,
  name: 'by-hour',
  title: 'Calls by hour of the day',
  keys: [whole('local_hour', 'Hour', 'hours.local_hour', { shownAs: 'hour' })],
  relation: (_question, relation) => sql`FROM jet_hours AS hours
LEFT JOIN ${countedCalls('local_hour', relation)} ON calls.local_hour = hours.local_hour`,
  order: 'hours.local_hour',
};

/** Inbound calls of each weekday by outcome, over all days of the period. */
export const outcomesByWeekday: ReportSection = {
  ...shared,
  name: 'by-weekday',
  title: 'Calls by weekday',
  keys: [whole('local_weekday', 'Weekday', 'calls.local_weekday', { shownAs: 'weekday' })],
  relation: (_question, relation) => sql`FROM ${countedCalls('local_weekday', relation)}`,
  order: 'calls.local_weekday',
};

/** Inbound calls of each service by outcome, over all days of the period. */
export const outcomesByService: ReportSection = {
  ...shared,
  name: 'by-service',
  title: 'Calls by service',
  view: 'jet_service_daily',
  keys: [service],
  relation: (_question, { inPeriod, andFilters }) => sql`FROM jet_service_daily AS calls
WHERE ${inPeriod('local_date')}${andFilters('calls')}`,
  order: 'offered DESC, service_name',
  chart: { kind: 'ranks', series: outcomeSeries },
};
