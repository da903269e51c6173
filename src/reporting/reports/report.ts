import type { SelectedColumn } from '../views/report-values.ts';
import type { SqlStatement } from './sql-statement.ts';

/** The filters of reports, and the columns that they compare. */
export const reportFilters = {
  service: 'service_name',
  group: 'service_group',
  type: 'number_type',
} as const;
export type ReportFilter = keyof typeof reportFilters;

/** Which calls a report is about. */
export interface ReportQuestion {
  /** The first and the last local day, `YYYY-MM-DD`, both included. */
  readonly from: string;
  readonly to: string;
  /** The instants at which the first day begins and the last one ends, in epoch milliseconds. */
  readonly fromMs: number;
  readonly untilMs: number;
  readonly filters: Readonly<Partial<Record<ReportFilter, string>>>;
}

/** How a page shows a value. Columns without it are shown by their type. */
export type ShownAs = 'percent' | 'minutes' | 'hour' | 'weekday' | 'phone' | 'word' | 'call' | 'hidden';

/** A column of a report. */
export interface ReportedColumn extends SelectedColumn {
  /** The heading on a page. */
  readonly label: string;
  /** The SQL expression. */
  readonly sql: string;
  readonly shownAs?: ShownAs;
  /** What an empty cell means: "no name". */
  readonly empty?: string;
}

/** Columns of one bar, added up. */
export interface ChartSeries {
  readonly name: string;
  readonly columns: readonly string[];
  readonly tone: 'ok' | 'warn' | 'bad' | 'idle' | 'accent';
}

/**
 * What is drawn from the rows.
 *
 * - `columns`: a stacked bar for each day, hour or weekday; those without a row are zero.
 * - `percent`: a bar of percents for each day.
 * - `ranks`: a stacked bar for each of the first rows, one below the other.
 * - `heat`: a cell for each weekday and hour.
 */
export type ReportChart =
  | { readonly kind: 'columns'; readonly series: readonly ChartSeries[] }
  | { readonly kind: 'percent'; readonly column: string; readonly part: string; readonly whole: string }
  | {
      readonly kind: 'ranks';
      readonly series: readonly ChartSeries[];
      /** The name of a row, with columns in braces. Without it, the name is the texts of the keys. */
      readonly rowName?: string;
    }
  | { readonly kind: 'heat'; readonly column: string; readonly part: string };

/** One question of a report: a statement with its chart and its table. */
export interface ReportSection {
  /** Its name in the address of its export, such as `by-day`. */
  readonly name: string;
  readonly title: string;
  /** The sentences below the title. */
  readonly about?: string;
  /** The view that the filters apply to, for the sentence that names it. */
  readonly view: string;
  /** The filters whose columns its view has. */
  readonly filters: readonly ReportFilter[];
  /** What a row is about. */
  readonly keys: readonly ReportedColumn[];
  /** The counts of a row. Without measures, a row of the section is a row of the view. */
  readonly measures: readonly ReportedColumn[];
  /** The part of the statement from FROM to WHERE. */
  readonly relation: (question: ReportQuestion, sql: RelationSql) => SqlStatement;
  readonly having?: string;
  readonly order: string;
  /** False if a sum over all rows has no meaning. */
  readonly hasTotals: boolean;
  readonly chart?: ReportChart;
  /** The sentence that the page shows if there is no row. */
  readonly empty: string;
}

/** The conditions from which sections build their relations. */
export interface RelationSql {
  /** The local day is within the period. */
  readonly inPeriod: (column: string) => SqlStatement;
  /** The instant is within the period. */
  readonly inInstants: (column: string) => SqlStatement;
  /** The filters, each with AND before it. */
  readonly andFilters: (alias: string) => SqlStatement;
}

/** One page of the reports. */
export interface Report {
  /** Its name in the address of its page, such as `service-level`. */
  readonly name: string;
  readonly title: string;
  /** The title when the period is not today. Only the report about today has it. */
  readonly titleOfOtherDays?: string;
  /** The question that the report answers, in one line. */
  readonly answers: string;
  /** True if the default period is today. Other reports show the last seven days. */
  readonly isAboutToday?: true;
  readonly sections: readonly ReportSection[];
  /** The sentences that explain where the numbers cannot equal those of Jet's portal. */
  readonly notes: readonly string[];
}
