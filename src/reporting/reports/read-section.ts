import type { Knex } from 'knex';
import type { DialectName } from '../../database/database.ts';
import { askStatement, type ReportRow } from './ask-statement.ts';
import type { ReportQuestion, ReportSection } from './report.ts';
import { columnsOf, countStatement, rowsStatement, totalsStatement } from './section-statements.ts';
import { runnableSql } from './sql-statement.ts';

/** The rows and totals of a section. */
export interface SectionAnswer {
  readonly section: ReportSection;
  readonly rows: readonly ReportRow[];
  /** The number of all rows. `rows` has only the first of them. */
  readonly found: number;
  /** The measures over all rows. Undefined if sums have no meaning, or if there is no row. */
  readonly totals: ReportRow | undefined;
  /** The statement that gave `rows`, with its values written into it. */
  readonly sql: string;
}

/** Reads the first rows of a section, and its totals over all rows. */
export async function readSection(
  within: Knex.Transaction,
  dialect: DialectName,
  section: ReportSection,
  question: ReportQuestion,
  rowsMax: number,
): Promise<SectionAnswer> {
  const statement = rowsStatement(section, question, dialect, rowsMax);
  const rows = await askStatement(within, statement, columnsOf(section));
  const found = rows.length < rowsMax ? rows.length : await countRows(within, dialect, section, question);
  const [totals] =
    section.hasTotals && rows.length > 0
      ? await askStatement(within, totalsStatement(section, question, dialect), section.measures)
      : [];
  return { section, rows, found, totals, sql: runnableSql(statement, dialect) };
}

async function countRows(
  within: Knex.Transaction,
  dialect: DialectName,
  section: ReportSection,
  question: ReportQuestion,
): Promise<number> {
  const statement = countStatement(section, question, dialect);
  const [row] = await askStatement(within, statement, [{ name: 'found', type: 'integer' }]);
  return Number(row?.['found'] ?? 0);
}
