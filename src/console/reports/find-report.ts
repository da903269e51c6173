import type { Request, Response } from 'express';
import { nearestWord } from '../../domain/shown/nearest-word.ts';
import type { Report } from '../../reporting/reports/report.ts';
import { reports } from '../../reporting/reports/reports.ts';
import { html, type Html } from '../../web/html.ts';
import { sendConsolePage } from '../console-page.ts';
import { link } from '../own-link.ts';
import { reportPath, reportsPath } from './report-index.ts';

const names = reports.map(({ name }) => name);

/** The report that an address names. Undefined if there is none; the answer then names the nearest one. */
export function findReport(request: Request, response: Response): Report | undefined {
  const asked = String(request.params['report']);
  const found = reports.find(({ name }) => name === asked);
  if (found !== undefined) return found;
  const nearest = nearestWord(asked.slice(0, 100), names);
  const meant = reports.find(({ name }) => name === nearest);
  const question =
    meant === undefined ? undefined : html`Did you mean ${link(reportPath(meant.name), meant.title)}?`;
  sayNothingThere(response, html`There is no such report. ${question}`, reportsPath);
  return undefined;
}

/** Answers 404 with a sentence and the way back. */
export function sayNothingThere(response: Response, sentence: Html | string, back: string): void {
  const content = html`<p class="fault" role="alert">${sentence}</p>
    <p>${link(back, back === reportsPath ? 'All reports' : 'Go to the report')}</p>`;
  sendConsolePage(response, { title: 'Reports', content, status: 404 });
}
