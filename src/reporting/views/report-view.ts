import type { ReportingType } from '../reporting-column.ts';
import type { ReportSql } from './report-sql.ts';

/** The types of a view's columns. `number` is a floating-point number. */
export type ReportType = Exclude<ReportingType, 'long_text' | 'json' | 'bigint'> | 'number';

export interface ReportColumn {
  readonly name: string;
  readonly type: ReportType;
  /** For the docs and the database's comments. It says where a value is an estimate. */
  readonly meaning: string;
}

/** One view, or one small table, of the reporting database. */
export interface ReportView {
  readonly name: string;
  /** The subject of one row: "a local day". */
  readonly grain: string;
  /** What the view answers, and what it cannot say. */
  readonly meaning: string;
  readonly columns: readonly ReportColumn[];
  /** The SELECT. Its columns are those of `columns`, in order. */
  readonly select: (sql: ReportSql) => string;
}

const grouping = {
  call_id: { type: 'text', meaning: 'The call, as in `jet_calls`.' },
  started_at_utc: { type: 'instant', meaning: 'When the call started, in UTC.' },
  started_at_local: { type: 'local', meaning: 'When the call started, on a local clock.' },
  local_date: { type: 'date', meaning: 'Local day of the start.' },
  local_hour: { type: 'integer', meaning: 'Local hour of the start, 0 to 23.' },
  local_weekday: { type: 'integer', meaning: 'Local weekday of the start, 1 = Monday to 7 = Sunday.' },
  service_name: {
    type: 'text',
    meaning: "Jet's name of the called service, as it was at the time of the call.",
  },
  service_group: { type: 'text', meaning: "Jet's group of the called service." },
  number_type: { type: 'text', meaning: "Jet's type of the called number." },
  queue_name: { type: 'text', meaning: 'The queue that the call entered. Empty without a queue.' },
  extension_number: { type: 'text', meaning: 'The Jet Phone extension that rang or answered.' },
  extension_name: { type: 'text', meaning: "The extension's name." },
  answering_point: { type: 'text', meaning: 'Who answered or rang, as a number, an extension or a name.' },
  counterpart_e164: {
    type: 'text',
    meaning: "The caller's number as +61…. Empty for a hidden or unreadable number.",
  },
  withheld: { type: 'boolean', meaning: 'True when the caller hid the number, or Jet sent none.' },
  channel: { type: 'text', meaning: 'How the web visitor came: PAID, ORGANIC, DIRECT and so on.' },
  source: { type: 'text', meaning: 'Origin of the web visit. Empty for a call without a web visit.' },
  medium: { type: 'text', meaning: 'Category of the source.' },
  campaign: { type: 'text', meaning: 'The campaign of the advertisement.' },
  gclid: { type: 'text', meaning: 'Id of the Google Ads click.' },
  duration_seconds: {
    type: 'integer',
    meaning: 'The whole call in seconds, with ringing. It is not the talk time.',
  },
} as const satisfies Readonly<Record<string, Omit<ReportColumn, 'name'>>>;

/** Columns that a view takes over from `jet_calls`. */
export function callColumns(...names: readonly (keyof typeof grouping)[]): ReportColumn[] {
  return names.map((name) => ({ name, ...grouping[name] }));
}

/** A column that counts or adds up. */
export function integers(meanings: Readonly<Record<string, string>>): ReportColumn[] {
  return Object.entries(meanings).map(([name, meaning]) => ({ name, type: 'integer', meaning }));
}

/** A list of columns of one table or alias. */
export function from(alias: string, columns: readonly ReportColumn[]): string {
  return columns.map(({ name }) => `${alias}.${name}`).join(', ');
}
