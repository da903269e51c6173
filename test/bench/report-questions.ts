/** A question over 30 days to each view. `FROM_DAY` and `TO_DAY` are placeholders for quoted days. */
const period = 'local_date BETWEEN FROM_DAY AND TO_DAY';

export const reportQuestions: Readonly<Record<string, string>> = {
  jet_inbound: `SELECT outcome, COUNT(*), AVG(answer_seconds) FROM jet_inbound WHERE ${period} GROUP BY outcome`,
  jet_missed_calls: `SELECT follow_up, COUNT(*), AVG(seconds_to_return) FROM jet_missed_calls WHERE ${period} GROUP BY follow_up`,
  // The list of callers who wait: those of 30 days, over all services.
  jet_missed_callers:
    'SELECT COUNT(*), SUM(misses) FROM jet_missed_callers WHERE last_missed_at_utc BETWEEN FROM_DAY AND TO_DAY',
  jet_daily: `SELECT * FROM jet_daily WHERE ${period} ORDER BY local_date`,
  jet_hourly: `SELECT local_hour, SUM(offered), SUM(answered) FROM jet_hourly WHERE ${period} GROUP BY local_hour`,
  jet_weekly: 'SELECT * FROM jet_weekly WHERE week_begins BETWEEN FROM_DAY AND TO_DAY ORDER BY local_week',
  jet_service_daily: `SELECT service_name, SUM(offered), SUM(answered) FROM jet_service_daily WHERE ${period} GROUP BY service_name`,
  jet_service_level: `SELECT service_name, SUM(offered), SUM(answered_in_time_total) FROM jet_service_level WHERE ${period} GROUP BY service_name`,
  jet_abandonment_daily: `SELECT abandoned_by, from_seconds, SUM(calls) FROM jet_abandonment_daily WHERE ${period} GROUP BY abandoned_by, from_seconds`,
  jet_abandonment_over_time: 'SELECT * FROM jet_abandonment_over_time ORDER BY abandoned_by, from_seconds',
  jet_caller_history: `SELECT caller, COUNT(*) FROM jet_caller_history WHERE ${period} GROUP BY caller`,
  // Repeat callers of a period; the view jet_repeat_callers is about all days.
  'repeat callers': `SELECT counterpart_e164, COUNT(*), COUNT(DISTINCT service_name) FROM jet_caller_history WHERE ${period} AND counterpart_e164 IS NOT NULL GROUP BY counterpart_e164 HAVING COUNT(*) > 1`,
  jet_sources: `SELECT source, medium, SUM(calls), SUM(first_time_callers) FROM jet_sources WHERE ${period} GROUP BY source, medium`,
  jet_clicks: `SELECT COUNT(*), AVG(duration_seconds) FROM jet_clicks WHERE ${period}`,
  jet_extensions: `SELECT extension, SUM(inbound_answered), SUM(outbound) FROM jet_extensions WHERE ${period} GROUP BY extension`,
  jet_attribution_health: `SELECT number_type, SUM(calls), SUM(on_page_without_session) FROM jet_attribution_health WHERE ${period} GROUP BY number_type`,
  jet_daily_summary: 'SELECT outcome, SUM(calls) FROM jet_daily_summary GROUP BY outcome',
};
