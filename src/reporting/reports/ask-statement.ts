import type { Knex } from 'knex';
import { reportValue, type ReportValue, type SelectedColumn } from '../views/report-values.ts';
import type { SqlStatement } from './sql-statement.ts';

/** A row by the names of its columns. */
export type ReportRow = Readonly<Record<string, ReportValue>>;

/** Runs a statement, and gives its rows with values that are equal on every database. */
export async function askStatement(
  within: Knex | Knex.Transaction,
  { text, values }: SqlStatement,
  columns: readonly SelectedColumn[],
): Promise<ReportRow[]> {
  const rows = rowsOf(await within.raw<unknown>(text, values));
  return rows.map((row) =>
    Object.fromEntries(columns.map((column) => [column.name, reportValue(column, row[column.name])])),
  );
}

/** The rows in a driver's answer: the list itself, the first part of a list, or `rows`. */
function rowsOf(answer: unknown): readonly Record<string, unknown>[] {
  if (!Array.isArray(answer)) return (answer as { rows: Record<string, unknown>[] }).rows;
  const [first] = answer as unknown[];
  return (Array.isArray(first) ? first : answer) as Record<string, unknown>[];
}
