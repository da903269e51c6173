import { reports } from '../../reporting/reports/reports.ts';
import { html, type Html } from '../../web/html.ts';
import { link, withQuery } from '../own-link.ts';
import { table } from '../table.ts';
import type { ReportQuery } from './report-query.ts';

export const reportsPath = '/console/reports';

/** The address of a report. */
export function reportPath(name: string): string {
  return `${reportsPath}/${name}`;
}

/** The list of the reports, each with what it answers. */
export function reportIndex(): Html {
  return table({
    caption: 'The reports and what they answer',
    isCaptionHidden: true,
    empty: 'There are no reports.',
    rows: reports,
    columns: [
      { name: 'Report', kind: 'main', cell: ({ name, title }) => link(reportPath(name), title) },
      { name: 'What it answers', kind: 'wide', cell: ({ answers }) => answers },
    ],
  });
}

/** Links to all reports, with the period and the filters of the present one. */
export function reportNavigation(current: string, query: ReportQuery): Html {
  return html`<nav class="reports" aria-label="Reports">
    ${reports.map(({ name, title }) =>
      name === current
        ? html`<a href="${reportPath(name)}" aria-current="page">${title}</a>`
        : link(withQuery(reportPath(name), { ...query }), title),
    )}
  </nav>`;
}
