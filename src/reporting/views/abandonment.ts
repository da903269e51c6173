import { isMissed, outcomeOfCall } from './inbound.ts';
import { callColumns, integers, type ReportColumn, type ReportView } from './report-view.ts';

/** Where each bucket of durations begins, in seconds. */
const bucketStarts = [0, 5, 10, 20, 30, 45, 60, 90, 120, 180, 300, 600, 1800] as const;

const bucketOf = (seconds: string): string =>
  `CASE ${bucketStarts
    .map((start, index) => {
      const next = bucketStarts[index + 1];
      return next === undefined ? `ELSE ${start}` : `WHEN ${seconds} < ${next} THEN ${start}`;
    })
    .join(' ')} END`;

const bucketEnd = (start: string): string =>
  `CASE ${bucketStarts
    .slice(0, -1)
    .map((begin, index) => `WHEN ${start} = ${begin} THEN ${bucketStarts[index + 1] ?? ''}`)
    .join(' ')} END`;

const columns: readonly ReportColumn[] = [
  {
    name: 'abandoned_by',
    type: 'text',
    meaning:
      '`caller`: the caller hung up, short abandons included. `system`: the queue gave up (an estimate).',
  },
  ...integers({
    from_seconds: 'The bucket begins with this duration of the call, in seconds.',
    to_seconds: 'The bucket ends before this duration. Empty for the last bucket.',
    calls: 'Abandoned calls in the bucket.',
  }),
];

const byDay = `SELECT local_date,
    CASE outcome WHEN 'system_abandon' THEN 'system' ELSE 'caller' END AS abandoned_by,
    ${bucketOf('duration_seconds')} AS from_seconds
  FROM (
    SELECT calls.local_date, calls.duration_seconds, ${outcomeOfCall} AS outcome
    FROM jet_calls AS calls
    JOIN jet_report_settings AS settings ON settings.id = 1
    WHERE ${isMissed('calls')}
  ) AS missed
  WHERE outcome IN ('caller_abandon', 'short_abandon', 'system_abandon') AND duration_seconds IS NOT NULL`;

const truth =
  'The duration is that of the whole call, because Jet does not send when the caller gave up. Calls without a duration are missing.';

export const abandonmentDaily: ReportView = {
  name: 'jet_abandonment_daily',
  grain: 'a local day, an abandoning side and a bucket of durations',
  meaning: `After how long calls were abandoned, for each day. ${truth}`,
  columns: [...callColumns('local_date'), ...columns],
  select:
    () => `SELECT local_date, abandoned_by, from_seconds, ${bucketEnd('from_seconds')} AS to_seconds, COUNT(*) AS calls
FROM (
  ${byDay}
) AS abandoned
GROUP BY local_date, abandoned_by, from_seconds`,
};

export const abandonmentOverTime: ReportView = {
  name: 'jet_abandonment_over_time',
  grain: 'an abandoning side and a bucket of durations',
  meaning: `After how long calls were abandoned, over all days, with the cumulative share. ${truth} For a period, add up \`jet_abandonment_daily\`.`,
  columns: [
    ...columns,
    ...integers({ cumulative_calls: 'Abandoned calls of this side in this and all shorter buckets.' }),
    {
      name: 'cumulative_share',
      type: 'number',
      meaning: '`cumulative_calls` as a share of all abandoned calls of this side, 0 to 1.',
    },
  ],
  select: ({
    asInteger,
    asNumber,
  }) => `SELECT abandoned_by, from_seconds, ${bucketEnd('from_seconds')} AS to_seconds, calls,
  ${asInteger('SUM(calls) OVER (PARTITION BY abandoned_by ORDER BY from_seconds)')} AS cumulative_calls,
  ${asNumber('SUM(calls) OVER (PARTITION BY abandoned_by ORDER BY from_seconds)')}
    / SUM(calls) OVER (PARTITION BY abandoned_by) AS cumulative_share
FROM (
  SELECT abandoned_by, from_seconds, COUNT(*) AS calls
  FROM (
    ${byDay}
  ) AS abandoned
  GROUP BY abandoned_by, from_seconds
) AS buckets`,
};
