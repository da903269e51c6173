import { isMissed, outcomeOfCall } from './inbound.ts';
import { callColumns, from, integers, type ReportView } from './report-view.ts';

const taken = callColumns(
  ...([
    'call_id',
    'started_at_utc',
    'started_at_local',
    'local_date',
    'local_hour',
    'local_weekday',
  ] as const),
  ...([
    'service_name',
    'service_group',
    'number_type',
    'queue_name',
    'counterpart_e164',
    'withheld',
  ] as const),
);

/** True when `later` returns a missed call. */
const returns = (missed: string): string => `later.counterpart_e164 = ${missed}.counterpart_e164
      AND later.started_at_utc > ${missed}.started_at_utc
      AND (later.direction = 'outbound' OR later.status = 'answered')`;

/** True when two calls are of the same number and service. */
const sameCaller = (one: string, other: string): string =>
  `${one}.counterpart_e164 = ${other}.counterpart_e164
      AND (${one}.service_name = ${other}.service_name OR (${one}.service_name IS NULL AND ${other}.service_name IS NULL))`;

export const missedCalls: ReportView = {
  name: 'jet_missed_calls',
  grain: 'a missed inbound call',
  meaning:
    'Every inbound call that nobody answered, and whether it was returned. Jet leaves out callers who left a voicemail. No field tells us that, so this list is longer.',
  columns: [
    ...taken,
    { name: 'outcome', type: 'text', meaning: 'Why it was missed, as in `jet_inbound`.' },
    {
      name: 'returned_at_utc',
      type: 'instant',
      meaning:
        'When the caller was answered, or somebody called the number, for the first time within RETURN_WINDOW (48 hours unless set) after this call. An outbound call counts whether it was answered or not.',
    },
    ...integers({ seconds_to_return: 'Seconds from this call until `returned_at_utc`.' }),
    {
      name: 'follow_up',
      type: 'text',
      meaning:
        '`handled`: returned within the window. `waiting`: not yet, and the window is open. `not_returned`: the window is over. `cannot_follow`: the number is hidden or unreadable.',
    },
  ],
  select({ addHours, secondsBetween, now, hasLateral }) {
    const windowEnd = addHours('missed.started_at_utc', 'missed.return_window_hours');
    // Only the start of the returning call is read, because the index of the callers has it.
    const firstReturn = `SELECT MIN(later.started_at_utc) AS returned_at_utc
      FROM jet_calls AS later
      WHERE ${returns('calls')}
        AND later.started_at_utc <= ${addHours('calls.started_at_utc', 'settings.return_window_hours')}`;
    // PostgreSQL would run a scalar subquery again for each use of its value. It runs a joined one once for each row.
    const [returnedAt, join] = hasLateral
      ? ['first_return.returned_at_utc', `\n  LEFT JOIN LATERAL (${firstReturn}) AS first_return ON true`]
      : [`(${firstReturn}) AS returned_at_utc`, ''];
    return `SELECT ${from('missed', taken)}, missed.outcome, missed.returned_at_utc,
  ${secondsBetween('missed.started_at_utc', 'missed.returned_at_utc')} AS seconds_to_return,
  CASE
    WHEN missed.counterpart_e164 IS NULL THEN 'cannot_follow'
    WHEN missed.returned_at_utc IS NOT NULL THEN 'handled'
    WHEN ${windowEnd} > ${now} THEN 'waiting'
    ELSE 'not_returned'
  END AS follow_up
FROM (
  SELECT ${from('calls', taken)}, ${outcomeOfCall} AS outcome, settings.return_window_hours, ${returnedAt}
  FROM jet_calls AS calls
  JOIN jet_report_settings AS settings ON settings.id = 1${join}
  WHERE ${isMissed('calls')}
) AS missed`;
  },
};

export const missedCallers: ReportView = {
  name: 'jet_missed_callers',
  grain: 'a caller and a service that still wait',
  meaning:
    'Callers who still wait for a call back: nobody has returned their missed calls until now, not even after the window. Select by `last_missed_at_utc`.',
  columns: [
    ...callColumns('counterpart_e164', 'service_name'),
    ...integers({ misses: 'Missed calls from this number to this service that nobody has returned.' }),
    { name: 'first_missed_at_utc', type: 'instant', meaning: 'The first of these missed calls.' },
    { name: 'last_missed_at_utc', type: 'instant', meaning: 'The latest of these missed calls.' },
  ],
  // A row is the latest missed call of its caller, so that a condition on its time reaches the index of the calls.
  select: () => `SELECT missed.counterpart_e164, missed.service_name,
  (
    SELECT COUNT(*)
    FROM jet_calls AS earlier
    WHERE ${waits}
  ) AS misses,
  (
    SELECT MIN(earlier.started_at_utc)
    FROM jet_calls AS earlier
    WHERE ${waits}
  ) AS first_missed_at_utc,
  missed.started_at_utc AS last_missed_at_utc
FROM jet_calls AS missed
WHERE ${isMissed('missed')}
  AND missed.counterpart_e164 IS NOT NULL
  AND NOT EXISTS (
    SELECT 1
    FROM jet_calls AS later
    WHERE ${returns('missed')}
  )
  AND NOT EXISTS (
    SELECT 1
    FROM jet_calls AS newer
    WHERE ${sameCaller('newer', 'missed')}
      AND ${isMissed('newer')}
      AND newer.started_at_utc >= missed.started_at_utc
      AND (newer.started_at_utc > missed.started_at_utc OR newer.call_id > missed.call_id)
  )`,
};

// This call was not returned. So the last return came before it, and all missed calls since then wait too.
const lastReturn = `SELECT MAX(later.started_at_utc)
        FROM jet_calls AS later
        WHERE later.counterpart_e164 = missed.counterpart_e164
          AND later.started_at_utc <= missed.started_at_utc
          AND (later.direction = 'outbound' OR later.status = 'answered')`;

/** True when `earlier` is a missed call of the same caller that nobody has returned. */
const waits = `${sameCaller('earlier', 'missed')}
      AND ${isMissed('earlier')}
      AND earlier.started_at_utc <= missed.started_at_utc
      AND earlier.started_at_utc >= COALESCE((
        ${lastReturn}
      ), '1970-01-01 00:00:00')`;
