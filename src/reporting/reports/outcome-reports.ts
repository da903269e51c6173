import type { Report, ReportSection } from './report.ts';
import {
  allFilters,
  countedCalls,
  outcomesByDay,
  outcomesByHour,
  outcomesByService,
  outcomesByWeekday,
} from './outcome-sections.ts';
import {
  day,
  numberType,
  outcomeMeasures,
  percent,
  service,
  serviceGroup,
  sumOfCalls,
  text,
  whole,
} from './reported-columns.ts';
import { sql } from './sql-statement.ts';

const voicemail =
  'Callers who left a voicemail are counted as missed. Jet leaves them out, and no field tells us who they are.';
const queueGaveUp =
  '"Queue gave up" is an estimate: a queued call that ended as BUSY or UNAVAILABLE. Jet does not name the timeout of a queue.';
const cancel =
  'Jet\'s word CANCEL has two meanings on its pages: the caller hung up before dialling, or before the answer. "Caller gave up" has both. "In first seconds" counts callers who hung up within SHORT_ABANDON.';

export const today: Report = {
  name: 'today',
  title: 'Today',
  titleOfOtherDays: 'Hour by hour',
  answers: 'How does the day go, hour by hour and by service?',
  isAboutToday: true,
  sections: [outcomesByHour, outcomesByService],
  notes: [voicemail, 'Calls in progress are in no count until Jet names their result.'],
};

export const services: Report = {
  name: 'services',
  title: 'By day and service',
  answers: 'How many calls came to each service on each day, and what became of them?',
  sections: [
    outcomesByDay,
    outcomesByService,
    {
      name: 'by-day-and-service',
      title: 'Calls by day and service',
      view: 'jet_service_daily',
      filters: allFilters,
      keys: [day(), service, serviceGroup, numberType],
      measures: outcomeMeasures,
      relation: (_question, { inPeriod, andFilters }) => sql`FROM jet_service_daily AS calls
WHERE ${inPeriod('local_date')}${andFilters('calls')}`,
      order: 'local_date DESC, offered DESC, service_name, service_group, number_type',
      hasTotals: true,
      empty: 'No inbound call has an outcome in this period.',
    },
  ],
  notes: [voicemail, queueGaveUp],
};

export const hours: Report = {
  name: 'hours',
  title: 'By hour and weekday',
  answers: 'When do people call, and when are they answered?',
  sections: [
    {
      name: 'by-weekday-and-hour',
      title: 'Calls by weekday and hour',
      about:
        'An hour without calls has no row. A clock change makes one hour twice as long, and another one empty.',
      view: 'jet_inbound',
      filters: allFilters,
      keys: [
        whole('local_weekday', 'Weekday', 'calls.local_weekday', { shownAs: 'weekday' }),
        whole('local_hour', 'Hour', 'calls.local_hour', { shownAs: 'hour' }),
      ],
      measures: outcomeMeasures,
      relation: (_question, relation) => sql`FROM ${countedCalls('local_weekday, local_hour', relation)}`,
      order: 'calls.local_weekday, calls.local_hour',
      hasTotals: true,
      chart: { kind: 'heat', column: 'offered', part: 'answered' },
      empty: 'No inbound call has an outcome in this period.',
    },
  ],
  notes: [voicemail],
};

const gaveUp = ['caller_abandon', 'short_abandon', 'system_abandon'] as const;

/** The same section with the share of abandoned calls in place of the answered ones. */
function ofAbandoned(section: ReportSection): ReportSection {
  const share = percent(
    'abandoned_percent',
    'Gave up %',
    `(${gaveUp.map(sumOfCalls).join(' + ')})`,
    sumOfCalls('offered'),
  );
  const isReplaced = (name: string): boolean => name === 'answered_percent';
  return {
    ...section,
    measures: section.measures.map((measure) => (isReplaced(measure.name) ? share : measure)),
  };
}

export const abandonment: Report = {
  name: 'abandonment',
  title: 'Abandonment',
  answers: 'How many callers gave up, when, and after how long?',
  sections: [
    ofAbandoned(outcomesByDay),
    ofAbandoned(outcomesByWeekday),
    ofAbandoned(outcomesByHour),
    {
      name: 'after-seconds',
      title: 'After how long calls were abandoned',
      about:
        'The duration is that of the whole call, because Jet does not send when the caller gave up. "Share so far" includes the shorter durations of the same side.',
      view: 'jet_abandonment_daily',
      filters: [],
      keys: [
        text('abandoned_by', 'Given up by', { shownAs: 'word' }),
        whole('from_seconds', 'From (s)', 'from_seconds'),
        whole('to_seconds', 'To (s)', 'to_seconds', { empty: 'no limit' }),
      ],
      measures: [
        whole('calls', 'Calls', 'SUM(calls)'),
        {
          ...{ name: 'cumulative_percent', label: 'Share so far %', type: 'number', shownAs: 'percent' },
          sql: 'ROUND(100.0 * SUM(SUM(calls)) OVER (PARTITION BY abandoned_by ORDER BY from_seconds) / SUM(SUM(calls)) OVER (PARTITION BY abandoned_by), 1)',
        },
      ],
      relation: (_question, { inPeriod }) => sql`FROM jet_abandonment_daily
WHERE ${inPeriod('local_date')}`,
      order: 'abandoned_by, from_seconds',
      hasTotals: false,
      chart: {
        kind: 'ranks',
        series: [{ name: 'Calls', columns: ['calls'], tone: 'warn' }],
        rowName: '{abandoned_by}, {from_seconds} to {to_seconds} s',
      },
      empty: 'No call was abandoned in this period.',
    },
  ],
  notes: [cancel, queueGaveUp, voicemail],
};
