import type { Response } from 'express';
import { createEncoder } from '../../reporting/export/create-encoder.ts';
import { readFilterChoices } from '../../reporting/reports/read-filter-choices.ts';
import type { ReportDatabase } from '../../reporting/reports/report-database.ts';
import type { Report, ReportQuestion, ReportSection } from '../../reporting/reports/report.ts';
import { sectionPages } from '../../reporting/reports/section-pages.ts';
import { columnsOf } from '../../reporting/reports/section-statements.ts';
import { html } from '../../web/html.ts';
import { visitOf } from '../access.ts';
import { sendConsolePage } from '../console-page.ts';
import { meantQuestion } from './report-content.ts';
import { sendExport } from './send-export.ts';
import { exportedValue } from './shown-value.ts';

/** What is exported. */
export interface AskedExport {
  readonly report: Report;
  readonly section: ReportSection;
  readonly format: 'csv' | 'parquet';
  readonly question: ReportQuestion;
}

const contentTypes = { csv: 'text/csv; charset=utf-8', parquet: 'application/vnd.apache.parquet' } as const;

// Each export holds a page of rows in memory, and a connection while it reads.
const exportsMax = 3;

/**
 * Sends a section as a file. While too many exports run, the answer is 503.
 *
 * @throws ReportsUnavailable or TooManyRows before the answer begins
 */
export function createSectionExport(): (
  database: ReportDatabase,
  asked: AskedExport,
  response: Response,
) => Promise<void> {
  let running = 0;
  return async (database, { report, section, format, question: typed }, response) => {
    if (running >= exportsMax) {
      const content = html`<p class="fault" role="alert">
        ${exportsMax} exports run already. Try again when one has ended.
      </p>`;
      sendConsolePage(response, { title: report.title, content, status: 503 });
      return;
    }
    running += 1;
    try {
      const choices = await database.read((within) => readFilterChoices(within, typed));
      const question = meantQuestion(typed, choices);
      const columns = columnsOf(section);
      const { access } = visitOf(response);
      const pages = sectionPages(database, section, question, (row) =>
        columns.map((column) => exportedValue(column, row[column.name] ?? null, access)),
      );
      const { from, to } = question;
      const period = from === to ? from : `${from}-to-${to}`;
      const name = `jet-${report.name}-${section.name}-${period}.${format}`;
      const encoder = createEncoder(format, columns, { raw: false });
      await sendExport(response, { name, contentType: contentTypes[format] }, pages, encoder);
    } finally {
      running -= 1;
    }
  };
}
