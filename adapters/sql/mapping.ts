import { cutText, utcText, type Call } from '#contract';
import {
  reportingColumns,
  reportingLength,
  type DialectName,
  type ReportingColumn,
  type ReportingColumnName,
} from '#reporting';

type Value = string | number | boolean | null;

/** A call as its row in the reporting table, with one value for each column. */
export function mapCall(
  call: Call,
  revision: number,
  updatedAtMs: number,
  dialect: DialectName,
): Record<ReportingColumnName, Value> {
  const source = { call, revision, updatedAtMs };
  const row: Partial<Record<ReportingColumnName, Value>> = {};
  for (const { column, lengthMax } of columns) {
    const value = column.of(source) ?? null;
    if (typeof value === 'string') row[column.name] = cutText(value, lengthMax);
    else if (column.type === 'instant' && typeof value === 'number')
      row[column.name] = utcText(value) + utcSuffix[dialect];
    else row[column.name] = value;
  }
  return row as Record<ReportingColumnName, Value>;
}

const columns = reportingColumns.map((column: ReportingColumn & { name: ReportingColumnName }) => ({
  column,
  lengthMax: reportingLength(column),
}));

// PostgreSQL's type holds a time zone. MySQL's accepts none.
const utcSuffix: Readonly<Record<DialectName, string>> = { sqlite: '', postgres: '+00', mysql: '' };
