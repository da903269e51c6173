import { reportTables } from '../calendar/report-tables.ts';
import { reportingColumns } from '../reporting-columns.ts';
import { reportingTable, reportingTableMeaning } from '../reporting-column.ts';
import type { SelectedColumn } from '../views/report-values.ts';
import { reportViews } from '../views/report-views.ts';

/** A table or view that can be read whole. */
export interface ReportRelation {
  readonly name: string;
  readonly meaning: string;
  readonly columns: readonly SelectedColumn[];
  /** The column with the local day of a row. Undefined for a relation with few rows, which is read at once. */
  readonly day: string | undefined;
  /** The table or view whose first and last day limit an export. */
  readonly daysOf: string;
  /** A column with a different value in each row. The rows of one day are read page by page in its order. */
  readonly key: string | undefined;
}

function relation(
  name: string,
  meaning: string,
  columns: readonly SelectedColumn[],
  daysOf = name,
): ReportRelation {
  const has = (column: string): string | undefined =>
    columns.some((each) => each.name === column) ? column : undefined;
  return {
    name,
    meaning,
    columns,
    day: has('local_date') ?? has('week_begins'),
    daysOf,
    key: has('call_id'),
  };
}

/** `jet_calls`, the views and the small tables. */
export const reportRelations: readonly ReportRelation[] = [
  relation(reportingTable, reportingTableMeaning, reportingColumns),
  ...reportViews.map(({ name, meaning, columns }) => {
    // The days of a view are days of calls, so the first and last day come from the index of the table.
    const hasDay = columns.some((column) => column.name === 'local_date');
    return relation(name, meaning, columns, hasDay ? reportingTable : name);
  }),
  ...reportTables.map(({ name, meaning, columns }) => relation(name, meaning, columns)),
];
