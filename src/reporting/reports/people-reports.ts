import type { Report } from './report.ts';
import { day, percent, text, whole } from './reported-columns.ts';
import { sql } from './sql-statement.ts';

export const extensions: Report = {
  name: 'extensions',
  title: 'Extensions',
  answers: 'What did each extension answer and dial?',
  sections: [
    {
      name: 'by-extension',
      title: 'Calls by extension',
      view: 'jet_extensions',
      filters: [],
      keys: [text('extension', 'Extension')],
      measures: [
        whole('inbound_offered', 'Inbound', 'SUM(inbound_offered)'),
        whole('inbound_answered', 'Answered', 'SUM(inbound_answered)'),
        percent('inbound_answered_percent', 'Answered %', 'SUM(inbound_answered)', 'SUM(inbound_offered)'),
        whole('outbound', 'Outbound', 'SUM(outbound)'),
        whole('outbound_answered', 'Outbound answered', 'SUM(outbound_answered)'),
        whole('answered_minutes', 'Minutes', 'ROUND(SUM(answered_seconds) / 60.0, 1)', {
          type: 'number',
          shownAs: 'minutes',
        }),
      ],
      relation: (_question, { inPeriod }) => sql`FROM jet_extensions
WHERE ${inPeriod('local_date')}`,
      order: 'extension',
      hasTotals: true,
      chart: {
        kind: 'ranks',
        series: [
          { name: 'Inbound answered', columns: ['inbound_answered'], tone: 'ok' },
          { name: 'Outbound', columns: ['outbound'], tone: 'accent' },
        ],
      },
      empty: 'No extension had a call in this period.',
    },
  ],
  notes: [
    'An inbound call counts at the last extension that rang. Minutes include the ringing: Jet sends no answer time, so there is no talk time.',
    "A voicemail that answers an outbound call counts as an answer. Hold, wrap-up, transfers and states of agents are not in Jet's fields.",
  ],
};

const count = (caller: string): string => `COUNT(CASE WHEN caller = '${caller}' THEN 1 END)`;

export const callers: Report = {
  name: 'callers',
  title: 'Callers',
  answers: 'Who calls for the first time, and who calls again?',
  sections: [
    {
      name: 'by-day',
      title: 'First-time and returning callers by day',
      view: 'jet_caller_history',
      filters: ['service'],
      keys: [day()],
      measures: [
        whole('calls', 'Calls', 'COUNT(*)'),
        whole('first_time', 'First time', count('first_time')),
        percent('first_time_percent', 'First time %', count('first_time'), 'COUNT(*)'),
        whole('returning_callers', 'Returning', count('returning')),
        whole('no_number', 'No number', count('unknown')),
      ],
      relation: (_question, { inPeriod, andFilters }) => sql`FROM jet_caller_history
WHERE ${inPeriod('local_date')}${andFilters('jet_caller_history')}`,
      order: 'local_date DESC',
      hasTotals: true,
      chart: {
        kind: 'columns',
        series: [
          { name: 'First time', columns: ['first_time'], tone: 'accent' },
          { name: 'Returning', columns: ['returning_callers'], tone: 'ok' },
          { name: 'No number', columns: ['no_number'], tone: 'idle' },
        ],
      },
      empty: 'No inbound call has an outcome in this period.',
    },
    {
      name: 'repeat-callers',
      title: 'Repeat callers',
      about: 'Numbers with two calls or more in the period.',
      view: 'jet_caller_history',
      filters: ['service'],
      keys: [text('counterpart_e164', 'Caller', { shownAs: 'phone' })],
      measures: [
        whole('calls', 'Calls', 'COUNT(*)'),
        whole('services', 'Services', 'COUNT(DISTINCT service_name)'),
        text('first_call_at_utc', 'First call', { type: 'instant', sql: 'MIN(started_at_utc)' }),
        text('last_call_at_utc', 'Latest call', { type: 'instant', sql: 'MAX(started_at_utc)' }),
      ],
      relation: (_question, { inPeriod, andFilters }) => sql`FROM jet_caller_history
WHERE ${inPeriod('local_date')}${andFilters('jet_caller_history')}
  AND counterpart_e164 IS NOT NULL`,
      having: 'COUNT(*) > 1',
      order: 'calls DESC, counterpart_e164',
      hasTotals: false,
      empty: 'No number called twice in this period.',
    },
  ],
  notes: [
    'A first-time caller is new in the whole table. Jet looks only at the chosen dates, so it counts more of them.',
    'A number is not always one person: everybody in a company can show its main number.',
  ],
};
