import { callColumns, from, type ReportView } from './report-view.ts';
import { hasOutcome, outcomeOfCall } from './inbound.ts';
import { outcomeColumns, outcomeCounts, outcomeCountsOf } from './outcomes.ts';

/** The local days from the first to the latest one with an inbound call. */
const isWithinCalls = (date: string): string => `${date} BETWEEN
    (SELECT MIN(first_call.local_date) FROM jet_calls AS first_call WHERE first_call.direction = 'inbound')
    AND (SELECT MAX(last_call.local_date) FROM jet_calls AS last_call WHERE last_call.direction = 'inbound')`;

const zeros =
  'Periods without calls are there, with zeros, from the first to the latest day with an inbound call.';

const counts = outcomeCountsOf('calls.call_id', outcomeOfCall);

// The calls are joined to the calendar before they are counted, so that a condition on the period reaches the index of the
// calls on every database.
const joined = (calendar: string, on: string): string => `FROM ${calendar}
CROSS JOIN jet_report_settings AS settings
LEFT JOIN jet_calls AS calls ON ${on} AND ${hasOutcome}
WHERE settings.id = 1 AND ${isWithinCalls('dates.local_date')}`;

const onDay = 'calls.local_date = dates.local_date';

export const daily: ReportView = {
  name: 'jet_daily',
  grain: 'a local day',
  meaning: `Inbound calls of each day by outcome. ${zeros}`,
  columns: [...callColumns('local_date'), ...outcomeColumns],
  select: () => `SELECT dates.local_date, ${counts}
${joined('jet_dates AS dates', onDay)}
GROUP BY dates.local_date`,
};

const hoursOfDays = 'jet_dates AS dates CROSS JOIN jet_hours AS hours';
const onHour = `${onDay} AND calls.local_hour = hours.local_hour`;

const joinedHours = `SELECT dates.local_date, hours.local_hour, ${counts}
${joined(hoursOfDays, onHour)}
GROUP BY dates.local_date, hours.local_hour`;

// PostgreSQL overestimates the number of hours. With a plain join, it would read all calls for a hash join.
const eachHour = `SELECT dates.local_date, hours.local_hour, ${from('counted', outcomeColumns)}
FROM ${hoursOfDays}
CROSS JOIN LATERAL (
  SELECT ${outcomeCounts}
  FROM jet_inbound AS calls
  WHERE ${onHour}
) AS counted
WHERE ${isWithinCalls('dates.local_date')}`;

export const hourly: ReportView = {
  name: 'jet_hourly',
  grain: 'a local day and hour',
  meaning: `Inbound calls of each hour by outcome. ${zeros} A day of a clock change still has 24 rows: both 2 o'clocks count in hour 2.`,
  columns: [...callColumns('local_date', 'local_hour'), ...outcomeColumns],
  select: ({ hasLateral }) => (hasLateral ? eachHour : joinedHours),
};

export const weekly: ReportView = {
  name: 'jet_weekly',
  grain: 'an ISO week',
  meaning: `Inbound calls of each week by outcome, Monday to Sunday. ${zeros} The first and the last week can be incomplete.`,
  columns: [
    { name: 'local_week', type: 'text', meaning: 'ISO week, such as `2026-W48`.' },
    { name: 'week_begins', type: 'date', meaning: 'The Monday of the week.' },
    ...outcomeColumns,
  ],
  select: () => `SELECT dates.local_week, dates.week_begins, ${counts}
${joined('jet_dates AS dates', onDay)}
GROUP BY dates.local_week, dates.week_begins`,
};

const serviceKeys = 'local_date, service_name, service_group, number_type';

export const serviceDaily: ReportView = {
  name: 'jet_service_daily',
  grain: 'a local day, service, group and number type with calls',
  meaning: 'Inbound calls of each day and service by outcome. Days without calls have no row.',
  columns: [...callColumns('local_date', 'service_name', 'service_group', 'number_type'), ...outcomeColumns],
  select: () => `SELECT ${serviceKeys}, ${outcomeCounts} FROM jet_inbound GROUP BY ${serviceKeys}`,
};
