import type { Knex } from 'knex';
import type { Database } from '../../database/database.ts';
import { dialects } from '../../database/dialect.ts';
import type { ReportingType } from '../reporting-column.ts';
import type { ReportType } from './report-view.ts';

/** A column of a view or of `jet_calls`, reduced to the parts that decide how its values are read. */
export interface SelectedColumn {
  readonly name: string;
  readonly type: ReportType | ReportingType;
}

/** A value in the form that all databases share. Times are texts, `YYYY-MM-DD HH:MM:SS.SSS`; JSON values are JSON texts. */
export type ReportValue = string | number | boolean | null;

/** The columns to select. Times and JSON values are selected as text, so that every driver gives the same. */
export function selectReportColumns(
  { knex, dialect }: Pick<Database, 'knex' | 'dialect'>,
  columns: readonly SelectedColumn[],
): Knex.Raw[] {
  const { asText } = dialects[dialect];
  return columns.map(({ name, type }) =>
    type === 'instant' || type === 'local' || type === 'date' || type === 'json'
      ? knex.raw(`${asText[type](name)} AS ??`, [name])
      : knex.raw('??', [name]),
  );
}

/** A driver's value of a column that {@link selectReportColumns} selected. */
export function reportValue({ type }: SelectedColumn, value: unknown): ReportValue {
  if (value === null || value === undefined) return null;
  if (type === 'boolean') return value === true || Number(value) === 1;
  if (type === 'integer' || type === 'bigint' || type === 'number') return Number(value);
  return typeof value === 'string' ? value : JSON.stringify(value);
}
