import { Router, type Request, type Response } from 'express';
import type { Clock } from '../../domain/clock.ts';
import type { Log } from '../../domain/log.ts';
import { readAppliedSettings } from '../../reporting/reports/read-applied-settings.ts';
import { readFilterChoices } from '../../reporting/reports/read-filter-choices.ts';
import { readSection } from '../../reporting/reports/read-section.ts';
import type { ReportDatabase } from '../../reporting/reports/report-database.ts';
import type { Report } from '../../reporting/reports/report.ts';
import { html } from '../../web/html.ts';
import { visitOf } from '../access.ts';
import { sendConsolePage } from '../console-page.ts';
import { createFailureAnswer, notEnabled } from './failure-answer.ts';
import { findReport, sayNothingThere } from './find-report.ts';
import { faultyReport, meantQuestion, reportContent, type ReportFacts } from './report-content.ts';
import { reportIndex, reportPath, reportsPath } from './report-index.ts';
import { readReportQuery, reportQuery, type ReadReportQuery } from './report-query.ts';
import { createSectionExport } from './section-export.ts';
import type { ValueSettings } from './shown-value.ts';

export interface ReportDependencies {
  /** Undefined without the reporting table. */
  readonly database: ReportDatabase | undefined;
  readonly timeZone: string;
  readonly clock: Clock;
  readonly log: Log;
}

// This is more than a page shows. A chart needs each of 366 days, and if all rows were read, no second statement must
// count them.
const rowsReadMax = 5_000;

/** The reports, and their exports. */
export function reportPages({ database, timeZone, clock, log }: ReportDependencies): Router {
  const router = Router();
  const sayFailure = createFailureAnswer(log);
  const exportSection = createSectionExport();

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
    await sayFailure(database, response, title, async (present) => {
      const facts = await present.read(async (within, dialect): Promise<ReportFacts> => {
        const choices = await readFilterChoices(within, read.question);
        const question = meantQuestion(read.question, choices);
        const answers = [];
        for (const section of report.sections)
          answers.push(await readSection(within, dialect, section, question, rowsReadMax));
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
    const { question } = read;
    await sayFailure(database, response, report.title, (present) =>
      exportSection(present, { report, section, format, question }, response),
    );
  });

  function settingsOf(response: Response): ValueSettings {
    return { access: visitOf(response).access, timeZone, nowMs: clock() };
  }

  function readQuery(request: Request, report: Report): ReadReportQuery {
    return readReportQuery(reportQuery(request.query), report, clock(), timeZone);
  }

  return router;
}

function titleOf({ title, titleOfOtherDays }: Report, { isToday, faults }: ReadReportQuery): string {
  return faults.length === 0 && !isToday ? (titleOfOtherDays ?? title) : title;
}
