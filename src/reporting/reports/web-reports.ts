import type { Report } from './report.ts';
import { day, numberType, percent, service, text, whole } from './reported-columns.ts';
import { sql } from './sql-statement.ts';

export const sources: Report = {
  name: 'sources',
  title: 'Sources and clicks',
  answers: 'Which campaigns and clicks bring calls?',
  sections: [
    {
      name: 'by-source',
      title: 'Calls by source, medium and campaign',
      view: 'jet_sources',
      filters: [],
      keys: [
        text('source', 'Source', { empty: 'no web visit' }),
        text('medium', 'Medium'),
        text('campaign', 'Campaign'),
      ],
      measures: [
        whole('calls', 'Calls', 'SUM(calls)'),
        whole('first_time_callers', 'First-time callers', 'SUM(first_time_callers)'),
        whole('answered', 'Answered', 'SUM(answered)'),
        percent('answered_percent', 'Answered %', 'SUM(answered)', 'SUM(calls)'),
        whole('answered_60s', 'Answered, 60 s and more', 'SUM(answered_60s)'),
        whole('with_gclid', 'With a click id', 'SUM(with_gclid)'),
      ],
      relation: (_question, { inPeriod }) => sql`FROM jet_sources
WHERE ${inPeriod('local_date')}`,
      order: 'calls DESC, source, medium, campaign',
      hasTotals: true,
      chart: { kind: 'ranks', series: [{ name: 'Calls', columns: ['calls'], tone: 'accent' }] },
      empty: 'No inbound call has an outcome in this period.',
    },
    {
      name: 'clicks',
      title: 'Google Ads clicks that led to an answered call',
      about: 'Each click once, at its first answered call.',
      view: 'jet_clicks',
      filters: ['service'],
      keys: [
        text('started_at_local', 'Started', { type: 'local', shownAs: 'call' }),
        text('gclid', 'Click id'),
        text('source', 'Source'),
        text('medium', 'Medium'),
        text('campaign', 'Campaign'),
        service,
        text('counterpart_e164', 'Caller', { shownAs: 'phone', empty: 'no number' }),
        whole('duration_seconds', 'Duration (s)', 'duration_seconds'),
        text('call_id', 'Call', { shownAs: 'hidden' }),
      ],
      measures: [],
      relation: (_question, { inPeriod, andFilters }) => sql`FROM jet_clicks
WHERE ${inPeriod('local_date')}${andFilters('jet_clicks')}`,
      order: 'local_date DESC, started_at_utc DESC, call_id',
      hasTotals: false,
      empty: 'No click led to an answered call in this period.',
    },
  ],
  notes: [
    'A first-time caller is new in the whole table. Jet looks only at the chosen dates, so it counts more of them.',
    'Jet sends the web visit at the end of a call. Conversion rates and costs are not in its fields.',
  ],
};

const healthMeasures = [
  whole('calls', 'Ended calls', 'SUM(calls)'),
  whole('with_session', 'With a session', 'SUM(with_session)'),
  percent('with_session_percent', 'Session %', 'SUM(with_session)', 'SUM(calls)'),
  whole('with_client_id', 'With a client id', 'SUM(with_client_id)'),
  whole('with_gclid', 'With a click id', 'SUM(with_gclid)'),
  whole('on_page_without_session', 'On a page, no session', 'SUM(on_page_without_session)'),
  whole('paid_without_gclid', 'Paid, no click id', 'SUM(paid_without_gclid)'),
];

export const attribution: Report = {
  name: 'attribution',
  title: 'Attribution health',
  answers: 'Do web visits arrive with the calls?',
  sections: [
    {
      name: 'by-day',
      title: 'Web visits by day',
      view: 'jet_attribution_health',
      filters: ['service', 'type'],
      keys: [day()],
      measures: healthMeasures,
      relation: (_question, { inPeriod, andFilters }) => sql`FROM jet_attribution_health
WHERE ${inPeriod('local_date')}${andFilters('jet_attribution_health')}`,
      order: 'local_date DESC',
      hasTotals: true,
      chart: {
        kind: 'percent',
        column: 'with_session_percent',
        part: 'with_session',
        whole: 'calls',
      },
      empty: 'No inbound call has ended in this period.',
    },
    {
      name: 'by-service',
      title: 'Web visits by service and number type',
      view: 'jet_attribution_health',
      filters: ['service', 'type'],
      keys: [service, numberType],
      measures: healthMeasures,
      relation: (_question, { inPeriod, andFilters }) => sql`FROM jet_attribution_health
WHERE ${inPeriod('local_date')}${andFilters('jet_attribution_health')}`,
      order: 'calls DESC, service_name, number_type',
      hasTotals: true,
      chart: {
        kind: 'ranks',
        series: [
          { name: 'On a page, no session', columns: ['on_page_without_session'], tone: 'bad' },
          { name: 'Paid, no click id', columns: ['paid_without_gclid'], tone: 'warn' },
        ],
      },
      empty: 'No inbound call has ended in this period.',
    },
  ],
  notes: [
    'Only ended calls count, since Jet sends the web visit at the end of a call.',
    'Many calls to a number on a page (DIGITAL_ON_PAGE) without a session mean that the tracking does not work.',
  ],
};
