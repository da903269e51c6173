import { callColumns, from, integers, type ReportView } from './report-view.ts';
import { knownCallers } from './callers.ts';

const sourceKeys = 'calls.local_date, calls.source, calls.medium, calls.campaign';

export const sources: ReportView = {
  name: 'jet_sources',
  grain: 'a local day, source, medium and campaign with calls',
  meaning:
    'Which sources bring calls. Calls without a web visit are the row without a source, so that the calls of a day add up. Jet sends the visit at the end of a call.',
  columns: [
    ...callColumns('local_date', 'source', 'medium', 'campaign'),
    ...integers({
      calls: 'Inbound calls with an outcome.',
      first_time_callers: 'Calls from a number that never called before.',
      answered: 'Answered calls.',
      answered_60s: 'Answered calls that lasted 60 seconds or more, ringing included.',
      with_gclid: 'Calls with the id of a Google Ads click.',
    }),
  ],
  select(sql) {
    // Sorted by number, the look-ups read each page of the callers' index only once.
    const inbound = sql.hasLateral ? '(SELECT * FROM jet_inbound ORDER BY counterpart_e164)' : 'jet_inbound';
    const { relation, isFirstCall } = knownCallers(sql, inbound);
    return `SELECT ${sourceKeys}, COUNT(*) AS calls,
  COUNT(CASE WHEN calls.counterpart_e164 IS NOT NULL AND ${isFirstCall} THEN 1 END) AS first_time_callers,
  COUNT(CASE WHEN calls.outcome = 'answered' THEN 1 END) AS answered,
  COUNT(CASE WHEN calls.outcome = 'answered' AND calls.duration_seconds >= 60 THEN 1 END) AS answered_60s,
  COUNT(calls.gclid) AS with_gclid
FROM ${relation}
GROUP BY ${sourceKeys}`;
  },
};

const clickColumns = callColumns(
  ...(['gclid', 'call_id', 'started_at_utc', 'started_at_local', 'local_date', 'source', 'medium'] as const),
  ...(['campaign', 'service_name', 'counterpart_e164', 'duration_seconds'] as const),
);

export const clicks: ReportView = {
  name: 'jet_clicks',
  grain: 'a Google Ads click that led to an answered call',
  meaning:
    'The first answered inbound call of each click, for an upload of conversions. No field tells the value of a call, and `duration_seconds` is the closest measure.',
  columns: clickColumns,
  select: () => `SELECT ${from('calls', clickColumns)}
FROM jet_calls AS calls
WHERE calls.direction = 'inbound'
  AND calls.status = 'answered'
  AND calls.gclid IS NOT NULL
  AND NOT EXISTS (
    SELECT 1
    FROM jet_calls AS earlier
    WHERE earlier.gclid = calls.gclid
      AND earlier.direction = 'inbound'
      AND earlier.status = 'answered'
      AND (
        earlier.started_at_utc < calls.started_at_utc
        OR (earlier.started_at_utc = calls.started_at_utc AND earlier.call_id < calls.call_id)
      )
  )`,
};

const healthKeys = 'calls.local_date, calls.service_name, calls.number_type';

export const attributionHealth: ReportView = {
  name: 'jet_attribution_health',
  grain: 'a local day, service and number type with ended calls',
  meaning:
    'Whether web visits arrive with the calls. Only ended calls count, since Jet sends the visit at the end.',
  columns: [
    ...callColumns('local_date', 'service_name', 'number_type'),
    ...integers({
      calls: 'Ended inbound calls with an outcome.',
      with_session: 'Calls with a web session.',
      with_client_id: 'Calls with a Google Analytics client id.',
      with_gclid: 'Calls with the id of a Google Ads click.',
      on_page_without_session:
        'Calls to a number shown on a page (`DIGITAL_ON_PAGE`) without a web session. Many of them mean that the tracking does not work.',
      paid_without_gclid: 'Calls of a paid visit (channel `PAID`) without a click id.',
    }),
  ],
  select: () => `SELECT ${healthKeys}, COUNT(*) AS calls,
  COUNT(calls.session_id) AS with_session,
  COUNT(calls.google_analytics_client_id) AS with_client_id,
  COUNT(calls.gclid) AS with_gclid,
  COUNT(CASE WHEN calls.number_type = 'DIGITAL_ON_PAGE' AND calls.session_id IS NULL THEN 1 END) AS on_page_without_session,
  COUNT(CASE WHEN UPPER(calls.channel) = 'PAID' AND calls.gclid IS NULL THEN 1 END) AS paid_without_gclid
FROM jet_calls AS calls
WHERE calls.direction = 'inbound'
  AND calls.status IN ('answered', 'abandoned', 'missed', 'busy', 'failed')
  AND calls.stage = 'call_end'
GROUP BY ${healthKeys}`,
};
