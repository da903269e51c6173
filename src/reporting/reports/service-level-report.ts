import type { Report } from './report.ts';
import { day, percent, service, text, whole } from './reported-columns.ts';
import { sql } from './sql-statement.ts';

const inTimeMeasures = [
  whole('offered', 'Calls', 'SUM(offered)'),
  whole('answered', 'Answered', 'SUM(answered)'),
  whole('short_abandons', 'In first seconds', 'SUM(short_abandons)'),
  whole('answered_in_time', 'In time', 'SUM(answered_in_time_total)'),
  ...[
    percent(
      'in_time_percent',
      'In time %',
      'SUM(answered_in_time_total)',
      '(SUM(offered) - SUM(short_abandons))',
    ),
    percent(
      'in_time_queue_percent',
      'Queue and ringing only %',
      'SUM(answered_in_time_queue)',
      '(SUM(offered) - SUM(short_abandons))',
    ),
    percent(
      'rang_in_time_percent',
      'Rang in time %',
      'SUM(rang_in_time_total)',
      '(SUM(offered) - SUM(short_abandons))',
    ),
  ],
  whole('answered_unmeasured', 'Not measured', 'SUM(answered_unmeasured)'),
];

export const serviceLevel: Report = {
  name: 'service-level',
  title: 'Service level',
  answers: 'How many calls were answered in time?',
  sections: [
    {
      name: 'by-day',
      title: 'Answered in time by day',
      view: 'jet_service_level',
      filters: ['service'],
      keys: [day()],
      measures: inTimeMeasures,
      relation: (_question, { inPeriod, andFilters }) => sql`FROM jet_service_level
WHERE ${inPeriod('local_date')}${andFilters('jet_service_level')}`,
      order: 'local_date DESC',
      hasTotals: true,
      chart: { kind: 'percent', column: 'in_time_percent', part: 'answered_in_time', whole: 'offered' },
      empty: 'No inbound call has an outcome in this period.',
    },
    {
      name: 'by-service-and-queue',
      title: 'Answered in time by service and queue',
      view: 'jet_service_level',
      filters: ['service'],
      keys: [service, text('queue_name', 'Queue', { empty: 'no queue' })],
      measures: inTimeMeasures,
      relation: (_question, { inPeriod, andFilters }) => sql`FROM jet_service_level
WHERE ${inPeriod('local_date')}${andFilters('jet_service_level')}`,
      order: 'offered DESC, service_name, queue_name',
      hasTotals: true,
      empty: 'No inbound call has an outcome in this period.',
    },
  ],
  notes: [
    '"In time" is an estimate. Jet sends no answer time, so the answer is the moment at which we received the answered push.',
    '"Rang in time" is exact: until the answering point rang. "Not measured" counts answered calls without a usable answered push; they are not in time.',
    'The percents leave out callers who hung up in the first seconds. Jet\'s page has both ways: "total", and "in queue and dial time only".',
  ],
};
