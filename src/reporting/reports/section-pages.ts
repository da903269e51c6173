import type { ReportValue } from '../views/report-values.ts';
import { askStatement, type ReportRow } from './ask-statement.ts';
import type { ReportDatabase } from './report-database.ts';
import type { ReportQuestion, ReportSection } from './report.ts';
import { columnsOf, rowsStatement } from './section-statements.ts';

/** The most rows of a section that cannot be read day by day. They are in memory at once. */
export const wholeRowsMax = 100_000;

/** A section has more rows than can be in memory at once. */
export class TooManyRows extends Error {}

const dayMs = 86_400_000;

/**
 * All rows of a section in the order of its page, for an export. A section that is ordered by the day is read day by day,
 * so that memory stays bounded.
 *
 * @param valuesOf the values of a row, in the order of the columns
 * @throws TooManyRows
 */
export async function* sectionPages(
  database: ReportDatabase,
  section: ReportSection,
  question: ReportQuestion,
  valuesOf: (row: ReportRow) => readonly ReportValue[],
): AsyncGenerator<readonly (readonly ReportValue[])[]> {
  const columns = columnsOf(section);
  const read = (asked: ReportQuestion): Promise<ReportRow[]> =>
    database.read((within, dialect) =>
      askStatement(within, rowsStatement(section, asked, dialect, wholeRowsMax + 1), columns),
    );
  for (const asked of isOrderedByDay(section) ? daysOf(question) : [question]) {
    const rows = await read(asked);
    if (rows.length > wholeRowsMax)
      throw new TooManyRows(
        `This table has more than ${wholeRowsMax.toLocaleString('en')} rows. Choose a shorter period, or take the view ${section.view} with "npm run export".`,
      );
    yield rows.map(valuesOf);
  }
}

/** The latest day comes first, and each row belongs to one day. */
function isOrderedByDay({ order }: ReportSection): boolean {
  return /^(?:days\.)?local_date DESC\b/.test(order);
}

/** The question split into one question for each day, the latest first. */
function daysOf(question: ReportQuestion): ReportQuestion[] {
  const days: ReportQuestion[] = [];
  for (let atMs = Date.parse(question.to); atMs >= Date.parse(question.from); atMs -= dayMs) {
    const day = new Date(atMs).toISOString().slice(0, 10);
    days.push({ ...question, from: day, to: day });
  }
  return days;
}
