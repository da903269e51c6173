import { cutText, utcText, type Call } from '#contract';
import {
  reportingColumns,
  reportingLength,
  type DialectName,
  type ReportingColumn,
  type ReportingColumnName,
} from '#reporting';

/** A value of a row. */
export type Value = string | number | boolean | null;

// An upsert compares revisions, and MySQL assigns columns in order, so the revision comes last.
const columns = [
  ...reportingColumns.filter(({ name }) => name !== 'revision'),
  ...reportingColumns.filter(({ name }) => name === 'revision'),
].map((column: ReportingColumn & { name: ReportingColumnName }) => ({
  ...column,
  lengthMax: reportingLength(column),
}));

/** The names of the columns, in the order of the values of {@link rowOf}. */
export const columnNames: readonly ReportingColumnName[] = columns.map(({ name }) => name);

/** A call as its row in the reporting table, with one value for each of {@link columnNames}. */
export function rowOf(
  call: Call,
  revision: number,
  updatedAtMs: number,
  dialect: DialectName,
): readonly Value[] {
  const source = { call, revision, updatedAtMs };
  return columns.map(({ of, type, lengthMax }) => {
    const value = of(source) ?? null;
    if (typeof value === 'string') return cutText(value, lengthMax);
    return type === 'instant' && typeof value === 'number' ? utcText(value) + utcSuffix[dialect] : value;
  });
}

/** The row of {@link rowOf}, each value by the name of its column, in the order of the table. */
export function mapCall(...source: Parameters<typeof rowOf>): Readonly<Record<ReportingColumnName, Value>> {
  const row = rowOf(...source);
  const named = reportingColumns.map(({ name }) => [name, row[columnNames.indexOf(name)]]);
  return Object.fromEntries(named) as Record<ReportingColumnName, Value>;
}

// PostgreSQL's type holds a time zone. MySQL's accepts none.
const utcSuffix: Readonly<Record<DialectName, string>> = { sqlite: '', postgres: '+00', mysql: '' };
