import { callColumns, integers, type ReportView } from './report-view.ts';

const isAnswered = "calls.outcome = 'answered'";
const isInTime = (seconds: string): string =>
  `COUNT(CASE WHEN ${isAnswered} AND ${seconds} <= settings.service_level_seconds THEN 1 END)`;

// A call without a queue rings at once, so its time in the queue is 0.
const queueUntilRing =
  'CASE WHEN calls.queue_seconds IS NOT NULL THEN calls.queue_seconds WHEN calls.wait_seconds IS NOT NULL AND calls.queue_name IS NULL THEN 0 END';

const keys = 'calls.local_date, calls.service_name, calls.queue_name';

export const serviceLevel: ReportView = {
  name: 'jet_service_level',
  grain: 'a local day, service and queue with calls',
  meaning:
    'How many calls were answered within SERVICE_LEVEL (20 seconds unless set). Divide sums of these counts; never average percents. The denominator is `offered`, or `offered` minus `short_abandons`. An exact service level is not possible: Jet sends no answer time.',
  columns: [
    ...callColumns('local_date', 'service_name', 'queue_name'),
    ...integers({
      offered: 'Inbound calls with an outcome.',
      answered: 'Of these, answered.',
      short_abandons: 'Callers who hung up within SHORT_ABANDON.',
      caller_abandons: 'Callers who hung up later.',
      rang_in_time_total: 'Answered calls whose answering point rang in time, counted from the start. Exact.',
      rang_in_time_queue:
        'Answered calls whose answering point rang in time, counted from entering the queue. A call without a queue rings at once.',
      answered_in_time_total:
        'Estimate: calls answered in time, counted from the start. See `answer_seconds`.',
      answered_in_time_queue: 'Estimate: calls answered in time, counted from the queue or the first ring.',
      answered_unmeasured: 'Answered calls without a usable answered push. Their answer time is unknown.',
    }),
  ],
  select: () => `SELECT ${keys}, COUNT(*) AS offered,
  COUNT(CASE WHEN ${isAnswered} THEN 1 END) AS answered,
  COUNT(CASE WHEN calls.outcome = 'short_abandon' THEN 1 END) AS short_abandons,
  COUNT(CASE WHEN calls.outcome = 'caller_abandon' THEN 1 END) AS caller_abandons,
  ${isInTime('calls.wait_seconds')} AS rang_in_time_total,
  ${isInTime(queueUntilRing)} AS rang_in_time_queue,
  ${isInTime('calls.answer_seconds')} AS answered_in_time_total,
  ${isInTime('calls.queue_answer_seconds')} AS answered_in_time_queue,
  COUNT(CASE WHEN ${isAnswered} AND calls.answer_seconds IS NULL THEN 1 END) AS answered_unmeasured
FROM jet_inbound AS calls
JOIN jet_report_settings AS settings ON settings.id = 1
GROUP BY ${keys}`,
};
