import type { DialectName } from '../database/database.ts';
import type { Call } from '../domain/call.ts';

export const reportingTable = 'jet_calls';

/** The comment of the table. */
export const reportingTableMeaning =
  'One row for each phone call, from the webhooks of Jet Interactive. See docs/reporting-table.md.';

/**
 * How a reporting column is stored.
 *
 * - `text`: up to `length` characters; longer values are cut (the store keeps the whole).
 * - `long_text`: up to 16,000 characters.
 * - `json`: a JSON value of any length. SQLite keeps it as text.
 * - `instant`: a moment, in UTC with milliseconds. `local`: what a wall clock showed, without a zone.
 * - `date`: a calendar day.
 */
export type ReportingType =
  'text' | 'long_text' | 'json' | 'instant' | 'local' | 'date' | 'integer' | 'bigint' | 'boolean';

export type ReportingValue = string | number | boolean | undefined;

/** The source of a row. */
export interface ReportingSource {
  readonly call: Call;
  readonly revision: number;
  /** When the row is written. */
  readonly updatedAtMs: number;
}

export interface ReportingColumn {
  readonly name: string;
  readonly type: ReportingType;
  /** Characters; for `text` only. */
  readonly length?: number;
  readonly required?: true;
  readonly indexed?: true;
  /** For the data dictionary. */
  readonly meaning: string;
  /**
   * The value for one call. A text is cut to the length of the column, and undefined is stored as NULL. An `instant`
   * is in epoch milliseconds.
   */
  readonly of: (source: ReportingSource) => ReportingValue;
  /** The number of the reporting migration that adds the column. */
  readonly since: number;
}

/** Characters that a `long_text` column holds. */
export const longTextLength = 16_000;

/** SQL types that BI tools recognise by themselves. LENGTH is replaced by the column's length. */
export const reportingSqlTypes: Readonly<Record<ReportingType, Readonly<Record<DialectName, string>>>> = {
  text: { sqlite: 'TEXT', postgres: 'varchar(LENGTH)', mysql: 'varchar(LENGTH)' },
  long_text: { sqlite: 'TEXT', postgres: 'text', mysql: 'text' },
  json: { sqlite: 'TEXT', postgres: 'jsonb', mysql: 'json' },
  instant: { sqlite: 'TEXT', postgres: 'timestamptz(3)', mysql: 'datetime(3)' },
  local: { sqlite: 'TEXT', postgres: 'timestamp(3)', mysql: 'datetime(3)' },
  date: { sqlite: 'TEXT', postgres: 'date', mysql: 'date' },
  integer: { sqlite: 'INTEGER', postgres: 'integer', mysql: 'int' },
  bigint: { sqlite: 'INTEGER', postgres: 'bigint', mysql: 'bigint' },
  boolean: { sqlite: 'INTEGER', postgres: 'boolean', mysql: 'tinyint(1)' },
};

/** The column's SQL type, with its length where the database keeps one. */
export function reportingSqlType(column: ReportingColumn, dialect: DialectName): string {
  return reportingSqlTypes[column.type][dialect].replace('LENGTH', String(column.length));
}

/** The most characters that a column holds; Infinity where it holds any. */
export function reportingLength({ type, length }: Pick<ReportingColumn, 'type' | 'length'>): number {
  return length ?? (type === 'long_text' ? longTextLength : Infinity);
}
