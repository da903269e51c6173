import type { ReportSql } from './report-sql.ts';
import { callColumns, integers, type ReportColumn, type ReportView } from './report-view.ts';

interface KnownCallers {
  /** Inbound calls, with the alias `calls`. */
  readonly relation: string;
  /** True when the table has no earlier inbound call from the number. */
  readonly isFirstCall: string;
}

/**
 * Inbound calls and whether each is the first one of its number.
 *
 * @param calls a relation in FROM, such as a view
 */
export function knownCallers({ hasLateral }: ReportSql, calls: string): KnownCallers {
  const earlier = `FROM jet_calls AS earlier
    WHERE earlier.counterpart_e164 = calls.counterpart_e164
      AND earlier.direction = 'inbound'`;
  // PostgreSQL caches the joined row of each number (Memoize), so it searches once for each caller instead of each call.
  if (hasLateral)
    return {
      relation: `${calls} AS calls
LEFT JOIN LATERAL (
    SELECT MIN(earlier.started_at_utc) AS started_at_utc
    ${earlier}
  ) AS first_call ON true`,
      isFirstCall: '(first_call.started_at_utc < calls.started_at_utc) IS NOT TRUE',
    };
  return {
    relation: `${calls} AS calls`,
    isFirstCall: `NOT EXISTS (
    SELECT 1
    ${earlier}
      AND earlier.started_at_utc < calls.started_at_utc
  )`,
  };
}

const caller: ReportColumn = {
  name: 'caller',
  type: 'text',
  meaning:
    '`first_time`: the table has no earlier inbound call from this number. `returning`: it has one. `unknown`: the number is hidden or unreadable. Jet looks only at the chosen dates, so it counts more first-time callers.',
};

export const callerHistory: ReportView = {
  name: 'jet_caller_history',
  grain: 'an inbound call with an outcome',
  meaning: 'Whether each caller called for the first time. A number is not always one person.',
  columns: [
    ...callColumns('call_id', 'local_date', 'service_name', 'counterpart_e164'),
    caller,
    ...callColumns('started_at_utc'),
  ],
  select(sql) {
    const { relation, isFirstCall } = knownCallers(sql, 'jet_inbound');
    return `SELECT calls.call_id, calls.local_date, calls.service_name, calls.counterpart_e164,
  CASE
    WHEN calls.counterpart_e164 IS NULL THEN 'unknown'
    WHEN ${isFirstCall} THEN 'first_time'
    ELSE 'returning'
  END AS caller,
  calls.started_at_utc
FROM ${relation}`;
  },
};

export const repeatCallers: ReportView = {
  name: 'jet_repeat_callers',
  grain: 'a number with two inbound calls or more',
  meaning:
    'Numbers that called more than once, over all days. For a period, group `jet_caller_history` by its number.',
  columns: [
    ...callColumns('counterpart_e164'),
    ...integers({
      calls: 'Inbound calls from the number that have an outcome.',
      services: 'Different services that the number called.',
      answered: 'Calls that were answered.',
    }),
    { name: 'first_call_at_utc', type: 'instant', meaning: 'The first call from the number.' },
    { name: 'last_call_at_utc', type: 'instant', meaning: 'The latest call from the number.' },
  ],
  select:
    () => `SELECT calls.counterpart_e164, COUNT(*) AS calls, COUNT(DISTINCT calls.service_name) AS services,
  COUNT(CASE WHEN calls.status = 'answered' THEN 1 END) AS answered,
  MIN(calls.started_at_utc) AS first_call_at_utc, MAX(calls.started_at_utc) AS last_call_at_utc
FROM jet_calls AS calls
WHERE calls.direction = 'inbound'
  AND calls.status IN ('answered', 'abandoned', 'missed', 'busy', 'failed')
  AND calls.counterpart_e164 IS NOT NULL
GROUP BY calls.counterpart_e164
HAVING COUNT(*) > 1`,
};
