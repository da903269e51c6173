import { allFilters } from './outcome-sections.ts';
import type { Report } from './report.ts';
import { day, percent, service, serviceGroup, numberType, text, whole } from './reported-columns.ts';
import { sql } from './sql-statement.ts';

const count = (followUp: string): string => `COUNT(CASE WHEN follow_up = '${followUp}' THEN 1 END)`;

export const missed: Report = {
  name: 'missed',
  title: 'Missed and not returned',
  answers: 'Which callers did nobody answer, and who still waits for a call back?',
  sections: [
    {
      name: 'by-day',
      title: 'Missed calls by day',
      view: 'jet_missed_calls',
      filters: allFilters,
      keys: [day()],
      measures: [
        whole('missed', 'Missed', 'COUNT(*)'),
        whole('handled', 'Handled', count('handled')),
        percent('handled_percent', 'Handled %', count('handled'), 'COUNT(*)'),
        whole('waiting', 'Waiting', count('waiting')),
        whole('not_returned', 'Not returned', count('not_returned')),
        whole('cannot_follow', 'No number', count('cannot_follow')),
        whole(
          'average_minutes_to_return',
          'Average minutes to return',
          'ROUND(AVG(seconds_to_return) / 60.0, 1)',
          { type: 'number', shownAs: 'minutes' },
        ),
      ],
      relation: (_question, { inPeriod, andFilters }) => sql`FROM jet_missed_calls
WHERE ${inPeriod('local_date')}${andFilters('jet_missed_calls')}`,
      order: 'local_date DESC',
      hasTotals: true,
      chart: {
        kind: 'columns',
        series: [
          { name: 'Handled', columns: ['handled'], tone: 'ok' },
          { name: 'Waiting', columns: ['waiting'], tone: 'warn' },
          { name: 'Not returned', columns: ['not_returned'], tone: 'bad' },
          { name: 'No number', columns: ['cannot_follow'], tone: 'idle' },
        ],
      },
      empty: 'No call was missed in this period.',
    },
    {
      name: 'callers',
      title: 'Callers who still wait',
      about:
        'Nobody has answered or called these callers since, not even after the window. Their latest missed call is in the period.',
      view: 'jet_missed_callers',
      filters: ['service'],
      keys: [
        text('counterpart_e164', 'Caller', { shownAs: 'phone' }),
        service,
        whole('misses', 'Missed calls', 'misses'),
        text('first_missed_at_utc', 'First', { type: 'instant' }),
        text('last_missed_at_utc', 'Latest', { type: 'instant' }),
      ],
      measures: [],
      relation: (_question, { inInstants, andFilters }) => sql`FROM jet_missed_callers
WHERE ${inInstants('last_missed_at_utc')}${andFilters('jet_missed_callers')}`,
      order: 'last_missed_at_utc DESC, counterpart_e164, service_name',
      hasTotals: false,
      empty: 'Nobody waits for a call back.',
    },
    {
      name: 'calls',
      title: 'Missed calls',
      view: 'jet_missed_calls',
      filters: allFilters,
      keys: [
        text('started_at_local', 'Started', { type: 'local', shownAs: 'call' }),
        text('counterpart_e164', 'Caller', { shownAs: 'phone', empty: 'no number' }),
        service,
        serviceGroup,
        numberType,
        text('outcome', 'Outcome', { shownAs: 'word' }),
        text('follow_up', 'What became of it', { shownAs: 'word' }),
        text('returned_at_utc', 'Returned', { type: 'instant' }),
        text('call_id', 'Call', { shownAs: 'hidden' }),
      ],
      measures: [],
      relation: (_question, { inPeriod, andFilters }) => sql`FROM jet_missed_calls
WHERE ${inPeriod('local_date')}${andFilters('jet_missed_calls')}`,
      order: 'local_date DESC, started_at_utc DESC, call_id',
      hasTotals: false,
      empty: 'No call was missed in this period.',
    },
  ],
  notes: [
    'Callers who left a voicemail are here too. Jet leaves them out, and no field tells us who they are, so this list is longer.',
    'A missed call is handled when the caller was answered later, or somebody called the number, within RETURN_WINDOW (48 hours unless set).',
  ],
};
