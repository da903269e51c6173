import { Router, type Request, type Response } from 'express';
import type { Clock } from '../../domain/clock.ts';
import type { Log } from '../../domain/log.ts';
import { nearestWord } from '../../domain/shown/nearest-word.ts';
import { createEncoder } from '../../reporting/export/create-encoder.ts';
import { readAppliedSettings } from '../../reporting/reports/read-applied-settings.ts';
import { readFilterChoices } from '../../reporting/reports/read-filter-choices.ts';
import { readSection } from '../../reporting/reports/read-section.ts';
import { ReportsUnavailable, type ReportDatabase } from '../../reporting/reports/report-database.ts';
import type { Report, ReportSection } from '../../reporting/reports/report.ts';
import { reports } from '../../reporting/reports/reports.ts';
import { sectionPages, TooManyRows } from '../../reporting/reports/section-pages.ts';
import { columnsOf } from '../../reporting/reports/section-statements.ts';
import { html, type Html } from '../../web/html.ts';
import { visitOf } from '../access.ts';
import { sendConsolePage } from '../console-page.ts';
import { link } from '../own-link.ts';
import {
  faultyReport,
  meantQuestion,
  reportContent,
  rowsReadMax,
  type ReportFacts,
} from './report-content.ts';
import { reportIndex, reportPath, reportsPath } from './report-index.ts';
import { readReportQuery, reportQuery, type ReadReportQuery } from './report-query.ts';
import { sendExport } from './send-export.ts';
import { exportedValue, type ValueSettings } from './shown-value.ts';

export interface ReportDependencies {
  /** Undefined without the reporting table. */
  readonly database: ReportDatabase | undefined;
  readonly timeZone: string;
  readonly clock: Clock;
  readonly log: Log;
}

const formats = { csv: 'text/csv; charset=utf-8', parquet: 'application/vnd.apache.parquet' } as const;
const exportsMax = 3;

/** The reports, and their exports. */
export function reportPages({ database, timeZone, clock, log }: ReportDependencies): Router {
  const router = Router();
  let exporting = 0;

  router.get(reportsPath, (_request, response) => {
    const notice = database === undefined ? html`<p class="notice">${notEnabled}</p>` : undefined;
    sendConsolePage(response, { title: 'Reports', content: html`${notice}${reportIndex()}` });
  });

  router.get('/console/reports/:report', async (request, response) => {
    const report = findReport(request, response);
    if (report === undefined) return;
    const read = readQuery(request, report);
    const title = titleOf(report, read);
    if (read.faults.length > 0) {
      sendConsolePage(response, {
        title,
        content: faultyReport(report, read, settingsOf(response)),
        status: 400,
      });
      return;
    }
    await orSaySo(response, title, async (present) => {
      const facts = await present.read(async (within, dialect): Promise<ReportFacts> => {
        const choices = await readFilterChoices(within, read.question);
        const question = meantQuestion(read.question, choices);
        const answers = [];
        for (const section of report.sections)
          answers.push(await readSection(within, dialect, section, question, rowsReadMax(section)));
        return { ...{ report, choices, question, answers }, applied: await readAppliedSettings(within) };
      });
      const settings = settingsOf(response);
      sendConsolePage(response, {
        title,
        content: reportContent(facts, reportQuery(request.query), settings),
      });
    });
  });

  router.get('/console/reports/:report/:file', async (request, response) => {
    const report = findReport(request, response);
    if (report === undefined) return;
    const [, name, format] = /^([a-z-]+)\.(csv|parquet)$/.exec(request.params.file) ?? [];
    const section = report.sections.find((each) => each.name === name);
    if (section === undefined || (format !== 'csv' && format !== 'parquet')) {
      sayNothingThere(response, `The report "${report.title}" has no such export.`, reportPath(report.name));
      return;
    }
    const read = readQuery(request, report);
    if (read.faults.length > 0) {
      const content = faultyReport(report, read, settingsOf(response));
      sendConsolePage(response, { title: report.title, content, status: 400 });
      return;
    }
    await orSaySo(response, report.title, (present) =>
      exportSection(present, report, section, format, read, response),
    );
  });

  function settingsOf(response: Response): ValueSettings {
    return { access: visitOf(response).access, timeZone, nowMs: clock() };
  }

  function readQuery(request: Request, report: Report): ReadReportQuery {
    return readReportQuery(reportQuery(request.query), report, clock(), timeZone);
  }

  async function exportSection(
    present: ReportDatabase,
    report: Report,
    section: ReportSection,
    format: keyof typeof formats,
    { question: typed }: ReadReportQuery,
    response: Response,
  ): Promise<void> {
    if (exporting >= exportsMax) {
      const content = html`<p role="alert">
        ${exportsMax} exports run already. Try again when one has ended.
      </p>`;
      sendConsolePage(response, { title: report.title, content, status: 503 });
      return;
    }
    exporting += 1;
    try {
      const choices = await present.read((within) => readFilterChoices(within, typed));
      const question = meantQuestion(typed, choices);
      const columns = columnsOf(section);
      const { access } = settingsOf(response);
      const pages = sectionPages(present, section, question, (row) =>
        columns.map((column) => exportedValue(column, row[column.name] ?? null, access)),
      );
      const { from, to } = question;
      const file = {
        name: `jet-${report.name}-${section.name}-${from === to ? from : `${from}-to-${to}`}.${format}`,
        contentType: formats[format],
      };
      await sendExport(response, file, pages, createEncoder(format, columns, { raw: false }));
    } finally {
      exporting -= 1;
    }
  }

  /** Does the work, or says in a sentence why the reporting database cannot answer. */
  async function orSaySo(
    response: Response,
    title: string,
    work: (present: ReportDatabase) => Promise<void>,
  ): Promise<void> {
    if (database === undefined) {
      sendConsolePage(response, { title, content: html`<p class="notice">${notEnabled}</p>`, status: 404 });
      return;
    }
    try {
      await work(database);
    } catch (error) {
      const isKnown = error instanceof ReportsUnavailable || error instanceof TooManyRows;
      // The reader of a half-sent file has gone, or must see that it is cut.
      if (response.headersSent) {
        const { code } = (error as Error & { cause?: { code?: unknown } }).cause ?? {
          code: (error as { code?: unknown }).code,
        };
        log.info({ code: typeof code === 'string' ? code : 'no code' }, 'An export ended before its end');
        response.destroy();
        return;
      }
      if (!isKnown) throw error;
      if (error instanceof ReportsUnavailable)
        log.warn({ reason: error.message }, 'A report could not be read');
      const content = html`<p class="fault" role="alert">${error.message}</p>
        <p>${link(reportsPath, 'All reports')}</p>`;
      sendConsolePage(response, { title, content, status: error instanceof TooManyRows ? 400 : 503 });
    }
  }

  return router;
}

const notEnabled =
  'The reports need the reporting table, and ADAPTERS does not name "sql". Add it, and start the receiver again.';

function titleOf({ title, titleOfOtherDays }: Report, { isToday, faults }: ReadReportQuery): string {
  return faults.length === 0 && !isToday ? (titleOfOtherDays ?? title) : title;
}

/** The report of an address. Otherwise the page names the nearest one. */
function findReport(request: Request, response: Response): Report | undefined {
  const name = String(request.params['report']);
  const found = reports.find((report) => report.name === name);
  if (found !== undefined) return found;
  const nearest = reports.find(
    (report) =>
      report.name ===
      nearestWord(
        name.slice(0, 100),
        reports.map((each) => each.name),
      ),
  );
  sayNothingThere(
    response,
    html`There is no such report.
    ${nearest === undefined ? undefined : html`Did you mean ${link(reportPath(nearest.name), nearest.title)}?`}`,
    reportsPath,
  );
  return undefined;
}

function sayNothingThere(response: Response, sentence: Html | string, back: string): void {
  const content = html`<p class="fault" role="alert">${sentence}</p>
    <p>${link(back, back === reportsPath ? 'All reports' : 'Go to the report')}</p>`;
  sendConsolePage(response, { title: 'Reports', content, status: 404 });
}
