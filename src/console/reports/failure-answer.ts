import type { Response } from 'express';
import type { Log } from '../../domain/log.ts';
import { ReportsUnavailable, type ReportDatabase } from '../../reporting/reports/report-database.ts';
import { TooManyRows } from '../../reporting/reports/section-pages.ts';
import { html } from '../../web/html.ts';
import { sendConsolePage } from '../console-page.ts';
import { link } from '../own-link.ts';
import { reportsPath } from './report-index.ts';

export const notEnabled =
  'The reports need the reporting table, and ADAPTERS does not name "sql". Add it, and start the receiver again.';

/** Does work with the reporting database. If the work fails, the answer says why in a sentence. */
export type FailureAnswer = (
  database: ReportDatabase | undefined,
  response: Response,
  title: string,
  work: (present: ReportDatabase) => Promise<void>,
) => Promise<void>;

export function createFailureAnswer(log: Log): FailureAnswer {
  return async (database, response, title, work) => {
    if (database === undefined) {
      sendConsolePage(response, { title, content: html`<p class="notice">${notEnabled}</p>`, status: 404 });
      return;
    }
    try {
      await work(database);
    } catch (error) {
      if (response.headersSent) {
        // The reader has disconnected, or must see that the file is cut.
        log.info({ code: codeOf(error) }, 'An export ended before its end');
        response.destroy();
        return;
      }
      if (!(error instanceof ReportsUnavailable || error instanceof TooManyRows)) throw error;
      const isAway = error instanceof ReportsUnavailable;
      if (isAway) log.warn({ reason: error.message }, 'A report could not be read');
      const content = html`<p class="fault" role="alert">${error.message}</p>
        <p>${link(reportsPath, 'All reports')}</p>`;
      sendConsolePage(response, { title, content, status: isAway ? 503 : 400 });
    }
  };
}

/** Only the code of the driver or of the connection is shown, because a message could hold values of calls. */
function codeOf(error: unknown): string {
  const { code, cause } = error as { code?: unknown; cause?: { code?: unknown } };
  const given = code ?? cause?.code;
  return typeof given === 'string' ? given : 'no code';
}
