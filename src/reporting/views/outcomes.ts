import { integers, type ReportColumn } from './report-view.ts';

/** The outcomes of an inbound call, each with its meaning. */
export const outcomes = {
  answered: 'Somebody answered. A voicemail, a menu or an outside number that answers counts too.',
  caller_abandon:
    'The caller hung up after the time of a short abandon. CANCEL: before dialling, or before the answer.',
  short_abandon: 'The caller hung up within SHORT_ABANDON, 5 seconds unless set.',
  system_abandon:
    'The queue gave up: BUSY or UNAVAILABLE after queuing. An estimate, since Jet does not name the timeout of a queue.',
  missed:
    'It rang out, or went to voicemail without an answer. Jet leaves out callers who left a voicemail; no field tells us.',
  busy: 'Nobody was free, outside of a queue.',
  failed: 'The answering point could not be reached.',
} as const;

/** The columns that count calls by outcome. Their sum is `offered`. */
export const outcomeColumns: readonly ReportColumn[] = integers({
  offered: 'Inbound calls with an outcome. Calls in progress and calls with an unknown status do not count.',
  ...outcomes,
});

/** The count of one outcome. `outcome` is the expression that holds it. */
export function countOfOutcome(name: keyof typeof outcomes, outcome = 'outcome'): string {
  return `COUNT(CASE WHEN ${outcome} = '${name}' THEN 1 END)`;
}

const names = Object.keys(outcomes) as (keyof typeof outcomes)[];

/** Counts of a relation with a column `outcome`. */
export const outcomeCounts = [
  'COUNT(*) AS offered',
  ...names.map((name) => `${countOfOutcome(name)} AS ${name}`),
].join(', ');

/** The same counts of calls that are joined to a calendar: a period without calls counts zero. */
export function outcomeCountsOf(call: string, outcome: string): string {
  return [
    `COUNT(${call}) AS offered`,
    ...names.map((name) => `${countOfOutcome(name, outcome)} AS ${name}`),
  ].join(',\n  ');
}
