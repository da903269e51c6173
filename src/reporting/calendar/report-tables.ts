import type { DialectName } from '../../database/database.ts';
import { commentText, sqlText } from '../comments.ts';
import { reportingSqlTypes, type ReportingType } from '../reporting-column.ts';
import { outcomes } from '../views/outcomes.ts';

interface TableColumn {
  readonly name: string;
  readonly type: ReportingType;
  readonly length?: number;
  readonly required?: true;
  readonly meaning: string;
}

/** A small table beside `jet_calls` that views read. */
export interface ReportTable {
  readonly name: string;
  readonly grain: string;
  readonly meaning: string;
  readonly columns: readonly TableColumn[];
  readonly key: readonly string[];
  /** The columns that have an index of their own. */
  readonly indexed?: readonly string[];
}

const number = (name: string, meaning: string): TableColumn => ({
  ...{ name, type: 'integer', required: true, meaning },
});

export const datesTable: ReportTable = {
  name: 'jet_dates',
  grain: 'a day from 2000 to 2049',
  meaning: 'The calendar: every day, with or without calls. Join it by `local_date`.',
  key: ['local_date'],
  indexed: ['local_week', 'week_begins'],
  columns: [
    { name: 'local_date', type: 'date', required: true, meaning: 'The day.' },
    number('year', 'Calendar year.'),
    number('quarter', 'Quarter of the calendar year, 1 to 4.'),
    number('month', 'Month, 1 to 12.'),
    { name: 'local_week', type: 'text', length: 8, required: true, meaning: 'ISO week, such as `2026-W48`.' },
    { name: 'week_begins', type: 'date', required: true, meaning: 'The Monday of the week.' },
    number('local_weekday', '1 = Monday to 7 = Sunday.'),
    { name: 'is_weekend', type: 'boolean', required: true, meaning: 'True on Saturday and Sunday.' },
    number(
      'financial_year',
      'Australian financial year, by the year in which it ends: 2027 is July 2026 to June 2027.',
    ),
    {
      ...{ name: 'is_public_holiday', type: 'boolean', required: true },
      meaning: 'True on the days of the setting PUBLIC_HOLIDAYS.',
    },
    {
      ...{ name: 'public_holiday', type: 'text', length: 191 },
      meaning: "The holiday's name in PUBLIC_HOLIDAYS, if it has one.",
    },
  ],
};

export const hoursTable: ReportTable = {
  name: 'jet_hours',
  grain: 'an hour of the day',
  meaning: 'The 24 hours of a day, with or without calls.',
  key: ['local_hour'],
  columns: [
    number('local_hour', '0 to 23.'),
    {
      name: 'label',
      type: 'text',
      length: 5,
      required: true,
      meaning: 'The hour on a clock, such as `09:00`.',
    },
  ],
};

export const settingsTable: ReportTable = {
  name: 'jet_report_settings',
  grain: 'the whole receiver',
  meaning: 'The settings that the views use. A start of the receiver writes them.',
  key: ['id'],
  columns: [
    number('id', 'Always 1.'),
    number(
      'return_window_hours',
      'RETURN_WINDOW: a missed call that is returned within these hours is handled.',
    ),
    number(
      'service_level_seconds',
      'SERVICE_LEVEL: a call that is answered within these seconds is in time.',
    ),
    number(
      'service_level_target',
      'SERVICE_LEVEL_TARGET: the percentage of calls that should be answered in time.',
    ),
    number(
      'short_abandon_seconds',
      'SHORT_ABANDON: a caller who hangs up before these seconds is a short abandon.',
    ),
    {
      ...{ name: 'summarised_until_utc', type: 'instant' },
      meaning:
        '`jet_daily_summary` has every call that was written until then. Empty before the first summary.',
    },
  ],
};

export const summaryTable: ReportTable = {
  name: 'jet_daily_summary',
  grain: 'a local day, service, number type, queue, source, medium, campaign and outcome with calls',
  meaning:
    'Inbound calls added up, for reports over years. The receiver updates this table about ten seconds behind the calls. It does not notice rows that you change by hand.',
  key: ['local_date', 'line'],
  columns: [
    { name: 'local_date', type: 'date', required: true, meaning: 'Local day of the start.' },
    number('line', 'A number of the row within its day. It means nothing else.'),
    { name: 'service_name', type: 'text', length: 191, meaning: "Jet's name of the called service." },
    { name: 'number_type', type: 'text', length: 64, meaning: "Jet's type of the called number." },
    { name: 'queue_name', type: 'text', length: 191, meaning: 'The queue that the calls entered.' },
    { name: 'source', type: 'text', length: 191, meaning: 'Origin of the web visit.' },
    { name: 'medium', type: 'text', length: 191, meaning: 'Category of the source.' },
    { name: 'campaign', type: 'text', length: 1_024, meaning: 'The campaign of the advertisement.' },
    {
      ...{ name: 'outcome', type: 'text', length: 20, required: true },
      meaning: `${Object.keys(outcomes)
        .map((outcome) => `\`${outcome}\``)
        .join(', ')}: as in \`jet_inbound\`.`,
    },
    number('calls', 'Inbound calls.'),
    number('answered_60s', 'Answered calls that lasted 60 seconds or more, ringing included.'),
    {
      name: 'duration_seconds',
      type: 'bigint',
      required: true,
      meaning: 'Durations of these calls, in seconds.',
    },
  ],
};

export const reportTables: readonly ReportTable[] = [datesTable, hoursTable, settingsTable, summaryTable];

/** The statements that make a table where it is missing. */
export function tableStatements(table: ReportTable, dialect: DialectName): string[] {
  const isMysql = endings[dialect] !== '';
  const definitions = table.columns.map(({ name, type, length, required, meaning }) => {
    const sqlType = reportingSqlTypes[type][dialect].replace('LENGTH', String(length));
    const comment = isMysql ? ` COMMENT ${sqlText(commentText(meaning))}` : '';
    return `${name} ${sqlType}${required === true ? ' NOT NULL' : ''}${comment}`;
  });
  const key = `PRIMARY KEY (${table.key.join(', ')})`;
  const indexes = (table.indexed ?? []).map((column) => ({ column, name: `${table.name}_${column}` }));
  const inside = isMysql ? indexes.map(({ name, column }) => `INDEX ${name} (${column})`) : [];
  const after = isMysql
    ? []
    : indexes.map(({ name, column }) => `CREATE INDEX IF NOT EXISTS ${name} ON ${table.name} (${column})`);
  return [
    `CREATE TABLE IF NOT EXISTS ${table.name} (${[...definitions, key, ...inside].join(', ')})${endings[dialect]}`,
    ...after,
  ];
}

const endings: Readonly<Record<DialectName, string>> = {
  sqlite: '',
  postgres: '',
  mysql: ' ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin',
};
