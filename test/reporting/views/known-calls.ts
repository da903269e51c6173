import { utcText } from '../../../src/domain/local-time.ts';
import { reportingRow, type ReportingRow } from '../../fixtures/reporting-rows.ts';

/** A group of equal calls, one each step, from callers with successive numbers. */
interface Group {
  readonly name: string;
  readonly calls: number;
  /** The start of the first call, in Sydney. */
  readonly from: string;
  readonly everySeconds: number;
  /** The last digits of the first caller's number. Without it the number is hidden. */
  readonly firstCaller?: number;
  readonly fields: ReportingRow;
  /** Seconds after the start. */
  readonly times?: { readonly queued?: number; readonly dialled?: number; readonly answered?: number };
  /** Fields of the first calls only. */
  readonly first?: readonly (readonly [calls: number, fields: (index: number) => ReportingRow])[];
}

const sales = { service_name: 'Sales', service_group: 'Sydney', number_type: 'DIGITAL_ON_PAGE' };
const support = { service_name: 'Support', service_group: 'Sydney', number_type: 'Other' };
const queued = { ...support, queue_name: 'Help' };
const visit = { source: 'google', medium: 'cpc', campaign: 'Winter', channel: 'PAID' };
const click = (index: number): ReportingRow => ({ gclid: `click-${index + 1}` });

const groups: readonly Group[] = [
  {
    ...{ name: 'answered', calls: 90, from: '2026-07-06T09:00', everySeconds: 30, firstCaller: 1 },
    fields: {
      ...sales,
      dial_status: 'ANSWER',
      extension_number: '201',
      wait_seconds: 10,
      duration_seconds: 120,
    },
    times: { dialled: 10, answered: 12 },
    first: [
      [60, (index) => ({ ...visit, session_id: `s-${index}` })],
      [50, (index) => ({ google_analytics_client_id: `${index}.1` })],
      [40, click],
    ],
  },
  {
    ...{ name: 'after-queue', calls: 60, from: '2026-07-06T10:00', everySeconds: 20, firstCaller: 101 },
    fields: {
      ...{ ...queued, dial_status: 'ANSWER', extension_number: '202' },
      ...{ wait_seconds: 30, queue_seconds: 26, duration_seconds: 200 },
    },
    times: { queued: 4, dialled: 30, answered: 33 },
  },
  {
    ...{ name: 'short', calls: 24, from: '2026-07-06T10:30', everySeconds: 60, firstCaller: 201 },
    fields: { ...queued, status: 'abandoned', dial_status: 'CANCEL', duration_seconds: 3 },
  },
  {
    ...{ name: 'abandoned', calls: 36, from: '2026-07-06T11:00', everySeconds: 30, firstCaller: 301 },
    fields: { ...queued, status: 'abandoned', dial_status: 'CANCEL', duration_seconds: 70 },
  },
  {
    ...{ name: 'queue-busy', calls: 12, from: '2026-07-06T11:30', everySeconds: 60, firstCaller: 401 },
    fields: { ...queued, status: 'busy', dial_status: 'BUSY', duration_seconds: 130 },
  },
  {
    ...{ name: 'queue-gave-up', calls: 10, from: '2026-07-06T12:00', everySeconds: 60, firstCaller: 501 },
    fields: { ...queued, status: 'missed', dial_status: 'Unavailable', duration_seconds: 310 },
  },
  {
    ...{ name: 'rang-out', calls: 18, from: '2026-07-06T13:00', everySeconds: 60, firstCaller: 601 },
    fields: {
      ...sales,
      status: 'missed',
      dial_status: 'NOANSWER',
      extension_number: '204',
      duration_seconds: 40,
    },
  },
  {
    ...{ name: 'busy', calls: 8, from: '2026-07-06T14:00', everySeconds: 60, firstCaller: 701 },
    fields: { ...sales, status: 'busy', dial_status: 'BUSY', duration_seconds: 5 },
  },
  {
    ...{ name: 'failed', calls: 4, from: '2026-07-06T14:30', everySeconds: 60 },
    fields: { ...sales, status: 'failed', dial_status: 'CONGESTION', withheld: true, duration_seconds: 4 },
  },
  {
    ...{ name: 'unknown', calls: 6, from: '2026-07-06T14:40', everySeconds: 60, firstCaller: 901 },
    fields: { ...sales, status: 'unknown', dial_status: 'TRANSFERRED' },
  },
  {
    ...{ name: 'ringing', calls: 4, from: '2026-07-06T14:50', everySeconds: 60, firstCaller: 911 },
    fields: { ...sales, status: 'in_progress', stage: 'call_start' },
  },
  {
    // The first twelve abandoned callers get through when they try again.
    ...{ name: 'again', calls: 12, from: '2026-07-06T15:00', everySeconds: 60, firstCaller: 301 },
    fields: {
      ...{ ...queued, dial_status: 'ANSWER', extension_number: '202' },
      ...{ wait_seconds: 15, queue_seconds: 11, duration_seconds: 60 },
    },
    times: { queued: 4, dialled: 15 },
  },
  {
    ...{ name: 'called-back', calls: 6, from: '2026-07-06T16:00', everySeconds: 60, firstCaller: 401 },
    fields: { direction: 'outbound', calling_extension: '201', duration_seconds: 90 },
  },
  {
    // 45 hours after the first one rang out. Nobody answered, and they still count as handled.
    ...{ name: 'tried-back', calls: 8, from: '2026-07-08T10:00', everySeconds: 60, firstCaller: 601 },
    fields: { direction: 'outbound', status: 'missed', calling_extension: '202', duration_seconds: 20 },
  },
  {
    // 49 hours: too late for the window.
    ...{ name: 'called-late', calls: 4, from: '2026-07-08T14:10', everySeconds: 60, firstCaller: 609 },
    fields: { direction: 'outbound', calling_extension: '201', duration_seconds: 90 },
  },
  {
    ...{ name: 'returning', calls: 40, from: '2026-07-08T15:00', everySeconds: 60, firstCaller: 1 },
    fields: {
      ...{ ...sales, ...visit, dial_status: 'ANSWER', extension_number: '203' },
      ...{ wait_seconds: 25, duration_seconds: 45 },
    },
    times: { dialled: 25, answered: 30 },
    first: [[40, (index) => ({ session_id: `later-${index}`, ...click(index) })]],
  },
  {
    // On the edge of the service level: 20 seconds.
    ...{ name: 'next-week', calls: 20, from: '2026-07-13T09:00', everySeconds: 60, firstCaller: 801 },
    fields: {
      ...sales,
      dial_status: 'ANSWER',
      extension_number: '201',
      wait_seconds: 20,
      duration_seconds: 61,
    },
    times: { dialled: 20, answered: 20.4 },
  },
];

function callsOf(group: Group): ReportingRow[] {
  return Array.from({ length: group.calls }, (_none, index) => {
    const startedAtMs = Date.parse(`${group.from}:00+10:00`) + index * group.everySeconds * 1000;
    const after = (seconds: number | undefined): string | null =>
      seconds === undefined ? null : utcText(startedAtMs + seconds * 1000);
    const firstFields = (group.first ?? []).filter(([calls]) => index < calls);
    return reportingRow(`${group.name}-${index + 1}`, new Date(startedAtMs).toISOString(), {
      counterpart_e164:
        group.firstCaller === undefined
          ? null
          : `+614000${String(group.firstCaller + index).padStart(5, '0')}`,
      queued_time_utc: after(group.times?.queued),
      dial_time_utc: after(group.times?.dialled),
      answer_received_at_utc: after(group.times?.answered),
      ...group.fields,
      ...firstFields.reduce<ReportingRow>((all, [, fields]) => ({ ...all, ...fields(index) }), {}),
    });
  });
}

/** 362 calls: 334 inbound calls with an outcome, 10 without one, and 18 outbound calls. */
export const knownCalls: readonly ReportingRow[] = groups.flatMap(callsOf);
