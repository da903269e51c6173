import type { Database } from '../../../src/database/database.ts';
import { reportViews } from '../../../src/reporting/views/report-views.ts';
import { reportValue, selectReportColumns } from '../../../src/reporting/views/report-values.ts';

export type ViewRow = Record<string, string | number | boolean | null>;

/** All rows of a view, in the order of their texts, with values that are equal on every database. */
export async function readView(
  database: Database,
  name: string,
  columns?: readonly string[],
): Promise<ViewRow[]> {
  const view = reportViews.find((each) => each.name === name);
  if (view === undefined) throw new Error(`There is no view ${name}`);
  const wanted = view.columns.filter((column) => columns?.includes(column.name) ?? true);
  const rows = await database
    .knex(name)
    .select<Record<string, unknown>[]>(selectReportColumns(database, wanted));
  return rows
    .map((row): ViewRow =>
      Object.fromEntries(wanted.map((column) => [column.name, reportValue(column, row[column.name])])),
    )
    .map((row) => ({ row, key: JSON.stringify(row) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ row }) => row);
}

/** Rows from a list of names and lists of values. */
export function table(names: string, ...rows: readonly (readonly (string | number | null)[])[]): ViewRow[] {
  return rows.map((row) =>
    Object.fromEntries(names.split(' ').map((name, index) => [name, row[index] ?? null])),
  );
}
