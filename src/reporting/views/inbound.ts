import { callColumns, from, integers, type ReportView } from './report-view.ts';
import { outcomes } from './outcomes.ts';

const taken = callColumns(
  ...([
    'call_id',
    'started_at_utc',
    'started_at_local',
    'local_date',
    'local_hour',
    'local_weekday',
  ] as const),
  ...(['service_name', 'service_group', 'number_type', 'queue_name', 'extension_number'] as const),
  ...(['extension_name', 'answering_point', 'counterpart_e164', 'withheld', 'channel', 'source'] as const),
  ...(['medium', 'campaign', 'gclid', 'duration_seconds'] as const),
);

const wasQueued = '(calls.queue_name IS NOT NULL OR calls.queued_time_utc IS NOT NULL)';

/** Calls that have an outcome, as a condition on `calls`. */
export const hasOutcome =
  "calls.direction = 'inbound' AND calls.status IN ('answered', 'abandoned', 'missed', 'busy', 'failed')";

/** Inbound calls that nobody answered, as a condition. The status is in the index of the days, and the outcome is not. */
export const isMissed = (alias: string): string =>
  `${alias}.direction = 'inbound' AND ${alias}.status IN ('abandoned', 'missed', 'busy', 'failed')`;

/** The outcome of a call, as an expression on `calls` and `settings`. */
export const outcomeOfCall = `CASE
    WHEN calls.status = 'answered' THEN 'answered'
    WHEN calls.status = 'abandoned' AND calls.duration_seconds < settings.short_abandon_seconds THEN 'short_abandon'
    WHEN calls.status = 'abandoned' THEN 'caller_abandon'
    WHEN (calls.status = 'busy' OR UPPER(calls.dial_status) = 'UNAVAILABLE') AND ${wasQueued} THEN 'system_abandon'
    ELSE calls.status
  END`;

/** An answer cannot come before the start, nor after the end. */
const answerIsUsable =
  "calls.status = 'answered' AND NOT calls.started_at_estimated AND calls.answer_received_at_utc >= calls.started_at_utc";

export const inbound: ReportView = {
  name: 'jet_inbound',
  grain: 'an inbound call with an outcome',
  meaning:
    'Every inbound call that has an outcome. The other views count these rows. Calls in progress and calls with an unknown status are missing.',
  columns: [
    ...taken,
    ...integers({
      wait_seconds: 'Seconds from the start until the answering point rang.',
      queue_seconds: 'Seconds from entering the queue until the answering point rang.',
      answer_seconds:
        'Estimate: seconds from the start until we received the answered push. Jet sends no answer time. Empty where no usable push came.',
      queue_answer_seconds:
        'Estimate: as `answer_seconds`, but from entering the queue, or from the first ring of a call without a queue.',
    }),
    {
      name: 'outcome',
      type: 'text',
      meaning: `What became of the call: ${Object.keys(outcomes)
        .map((outcome) => `\`${outcome}\``)
        .join(', ')}.`,
    },
  ],
  select({ secondsBetween }) {
    const answerSeconds = secondsBetween('calls.started_at_utc', 'calls.answer_received_at_utc');
    const from0 = 'COALESCE(calls.queued_time_utc, calls.dial_time_utc)';
    const isInside = `${answerIsUsable} AND (calls.duration_seconds IS NULL OR ${answerSeconds} <= calls.duration_seconds)`;
    return `SELECT ${from('calls', taken)}, calls.wait_seconds, calls.queue_seconds,
  CASE WHEN ${isInside} THEN ${answerSeconds} END AS answer_seconds,
  CASE WHEN ${isInside} AND calls.answer_received_at_utc >= ${from0}
    THEN ${secondsBetween(from0, 'calls.answer_received_at_utc')} END AS queue_answer_seconds,
  ${outcomeOfCall} AS outcome
FROM jet_calls AS calls
JOIN jet_report_settings AS settings ON settings.id = 1
WHERE ${hasOutcome}`;
  },
};
