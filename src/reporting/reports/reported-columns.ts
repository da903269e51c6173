import type { ChartSeries, ReportedColumn, ShownAs } from './report.ts';

interface ColumnOptions {
  readonly sql?: string;
  readonly shownAs?: ShownAs;
  readonly empty?: string;
  readonly type?: ReportedColumn['type'];
}

/** A column of texts. Its SQL is its own name by default. */
export function text(name: string, label: string, options: ColumnOptions = {}): ReportedColumn {
  return { type: 'text', sql: name, name, label, ...options };
}

/** A column of whole numbers. */
export function whole(name: string, label: string, sql: string, options: ColumnOptions = {}): ReportedColumn {
  return { type: 'integer', name, label, sql, ...options };
}

/** A share of a sum in percent, rounded to one decimal. It is empty when the whole is zero. */
export function percent(name: string, label: string, part: string, of: string): ReportedColumn {
  const sql = `ROUND(100.0 * ${part} / NULLIF(${of}, 0), 1)`;
  return { type: 'number', shownAs: 'percent', name, label, sql };
}

/** The local day. */
export function day(sql = 'local_date'): ReportedColumn {
  return { type: 'date', name: 'local_date', label: 'Day', sql };
}

export const service = text('service_name', 'Service', { empty: 'no name' });
export const serviceGroup = text('service_group', 'Group');
export const numberType = text('number_type', 'Number type');

/** The sum of a count of `calls`. It is empty for a day or an hour without calls. */
export function sumOfCalls(name: string): string {
  return `SUM(calls.${name})`;
}

const count = (name: string, label: string): ReportedColumn =>
  whole(name, label, `COALESCE(${sumOfCalls(name)}, 0)`);

/** Sums of counts by outcome, from a relation `calls` that has these counts. */
export const outcomeMeasures: readonly ReportedColumn[] = [
  count('offered', 'Calls'),
  count('answered', 'Answered'),
  percent('answered_percent', 'Answered %', sumOfCalls('answered'), sumOfCalls('offered')),
  count('caller_abandon', 'Caller gave up'),
  count('short_abandon', 'In first seconds'),
  count('system_abandon', 'Queue gave up'),
  count('missed', 'Rang out'),
  count('busy', 'Busy'),
  count('failed', 'Failed'),
];

/** The parts of a bar of outcomes, from the bottom. */
export const outcomeSeries: readonly ChartSeries[] = [
  { name: 'Answered', columns: ['answered'], tone: 'ok' },
  { name: 'Caller gave up', columns: ['caller_abandon', 'short_abandon'], tone: 'warn' },
  { name: 'Queue gave up', columns: ['system_abandon'], tone: 'accent' },
  { name: 'Rang out', columns: ['missed'], tone: 'bad' },
  { name: 'Busy or failed', columns: ['busy', 'failed'], tone: 'idle' },
];
