import { counted } from '../../domain/shown/counted.ts';
import type { ReportRow } from '../../reporting/reports/ask-statement.ts';
import type { SectionAnswer } from '../../reporting/reports/read-section.ts';
import type { ReportedColumn, ReportFilter, ReportSection } from '../../reporting/reports/report.ts';
import { columnsOf } from '../../reporting/reports/section-statements.ts';
import { html, type Html } from '../../web/html.ts';
import { link } from '../own-link.ts';
import { table, type Column } from '../table.ts';
import { filterLabel } from './report-form.ts';
import { sectionChart, type ChartSettings } from './section-chart.ts';
import { shownValue, type ValueSettings } from './shown-value.ts';

/** The most rows in a table of a page. */
export const tableRowsMax = 200;

// A table with more columns can be wider than a middle-sized screen.
const columnsMost = 10;

export interface SectionSettings extends ChartSettings {
  /** The address of the export in a format. */
  readonly exportPath: (section: ReportSection, format: 'csv' | 'parquet') => string;
}

interface TableRow {
  readonly values: ReportRow;
  readonly isTotal: boolean;
}

/** A section of a report: the chart and the table side by side, the exports, and the SQL. */
export function sectionContent(answer: SectionAnswer, settings: SectionSettings): Html {
  const { section, sql } = answer;
  const chart = sectionChart(answer, settings);
  const heading = `section-${section.name}`;
  return html`<section class="report" aria-labelledby="${heading}">
    <div class="bar">
      <h2 id="${heading}">${section.title}</h2>
      <p>${exportLink(section, 'csv', settings)} ${exportLink(section, 'parquet', settings)}</p>
    </div>
    ${section.about === undefined ? undefined : html`<p class="soft">${section.about}</p>`}
    ${notFiltered(section, settings)}
    ${
      chart === undefined
        ? sectionTable(answer, settings)
        : html`<div class="beside">
            <div>${chart}</div>
            <div>${sectionTable(answer, settings)}</div>
          </div>`
    }
    <details>
      <summary>SQL<span class="unseen"> of "${section.title}"</span></summary>
      <pre id="sql-${section.name}" tabindex="0" aria-label="SQL of ${section.title}">${sql}</pre>
      <button type="button" class="quiet" data-copy="sql-${section.name}" hidden>Copy the SQL</button>
    </details>
  </section>`;
}

function exportLink(
  section: ReportSection,
  format: 'csv' | 'parquet',
  { exportPath }: SectionSettings,
): Html {
  const name = format === 'csv' ? 'CSV' : 'Parquet';
  return link(exportPath(section, format), html`${name}<span class="unseen"> of "${section.title}"</span>`);
}

/** Names the chosen filters whose columns the view of a section lacks. */
function notFiltered({ filters, view }: ReportSection, { question }: SectionSettings): Html | undefined {
  const chosen = Object.keys(question.filters) as ReportFilter[];
  const missing = chosen.filter((name) => !filters.includes(name));
  if (missing.length === 0) return undefined;
  const words = missing.map((name) => filterLabel(name).toLowerCase()).join(' or ');
  return html`<p class="notice">
    This table has all calls: the view ${view} cannot be filtered by ${words}.
  </p>`;
}

function sectionTable({ section, rows, found, totals }: SectionAnswer, settings: SectionSettings): Html {
  const shown = rows.slice(0, tableRowsMax);
  const columns = columnsOf(section)
    .filter(({ shownAs }) => shownAs !== 'hidden')
    .map((column, index) => tableColumn(column, index === 0, settings));
  const count =
    found > shown.length
      ? `The first ${shown.length} of ${counted(found, 'row')}. The exports have all.`
      : counted(found, 'row');
  const listed = table<TableRow>({
    caption: totals === undefined || found <= shown.length ? count : `${count} The total is of all rows.`,
    empty: section.empty,
    columns,
    rows: shown.map((values) => ({ values, isTotal: false })),
    ...(totals !== undefined && { foot: { values: totals, isTotal: true } }),
  });
  if (columns.length <= columnsMost) return listed;
  return html`<div class="scroll" tabindex="0" role="group" aria-label="${section.title}">${listed}</div>`;
}

function tableColumn(column: ReportedColumn, isFirst: boolean, settings: ValueSettings): Column<TableRow> {
  const isNumber = ['integer', 'bigint', 'number'].includes(column.type) && !isFirst;
  return {
    name: column.label,
    kind: isFirst ? 'main' : isNumber ? 'number' : 'wide',
    cell: ({ values, isTotal }) => {
      if (isTotal && isFirst) return 'Total';
      return isTotal && values[column.name] == null ? undefined : shownValue(column, values, settings);
    },
  };
}
