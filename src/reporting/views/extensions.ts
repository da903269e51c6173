import { callColumns, integers, type ReportView } from './report-view.ts';

const extension =
  "CASE WHEN calls.direction = 'inbound' THEN calls.extension_number ELSE calls.calling_extension END";

export const extensions: ReportView = {
  name: 'jet_extensions',
  grain: 'a local day and extension with calls',
  meaning:
    "What each extension answered and dialled. Inbound calls count at the last extension that rang. Outbound calls count at the extension that dialled. Hold, wrap-up and transfers are not in Jet's fields.",
  columns: [
    ...callColumns('local_date'),
    {
      name: 'extension',
      type: 'text',
      meaning: '`extension_number` of inbound and `calling_extension` of outbound calls.',
    },
    ...integers({
      inbound_offered: 'Inbound calls with an outcome at this extension.',
      inbound_answered: 'Of these, answered.',
      outbound: 'Outbound calls with an outcome from this extension.',
      outbound_answered: 'Of these, answered. Voicemail counts as an answer.',
      answered_seconds: 'Durations of the answered calls, ringing included. It is not the talk time.',
    }),
  ],
  select: ({ asInteger }) => `SELECT calls.local_date, ${extension} AS extension,
  COUNT(CASE WHEN calls.direction = 'inbound' THEN 1 END) AS inbound_offered,
  COUNT(CASE WHEN calls.direction = 'inbound' AND calls.status = 'answered' THEN 1 END) AS inbound_answered,
  COUNT(CASE WHEN calls.direction = 'outbound' THEN 1 END) AS outbound,
  COUNT(CASE WHEN calls.direction = 'outbound' AND calls.status = 'answered' THEN 1 END) AS outbound_answered,
  ${asInteger("SUM(CASE WHEN calls.status = 'answered' THEN COALESCE(calls.duration_seconds, 0) ELSE 0 END)")} AS answered_seconds
FROM jet_calls AS calls
WHERE calls.direction IN ('inbound', 'outbound')
  AND calls.status IN ('answered', 'abandoned', 'missed', 'busy', 'failed')
  AND ${extension} IS NOT NULL
GROUP BY calls.local_date, ${extension}`,
};
