import type { Access } from '../../auth/console-passwords.ts';
import { readLocalDay } from '../../domain/lookup/read-local-day.ts';
import { severalLines } from '../../domain/plain-text.ts';
import type { FilterChoices } from '../../reporting/reports/read-filter-choices.ts';
import type { ReportFilter, ReportQuestion } from '../../reporting/reports/report.ts';
import { html, type Html } from '../../web/html.ts';
import { shownText } from '../calls/shown-text.ts';
import { link, withQuery } from '../own-link.ts';
import { withoutNumbers } from '../shown-number.ts';
import { filtersOf, type ReportQuery } from './report-query.ts';
import type { ValueSettings } from './shown-value.ts';

export interface ReportForm {
  readonly path: string;
  readonly question: ReportQuestion;
  /** The filters that a section of the report has. */
  readonly filters: readonly ReportFilter[];
  readonly choices: FilterChoices;
  readonly settings: ValueSettings;
}

const labels: Readonly<Record<ReportFilter, string>> = {
  service: 'Service',
  group: 'Service group',
  type: 'Number type',
};

const quickPeriods = [
  ['Today', 'today', 'today'],
  ['Yesterday', 'yesterday', 'yesterday'],
  ['7 days', '6d', 'today'],
  ['30 days', '29d', 'today'],
] as const;

/** The period and the filters of a report. They stay in the address of its page. */
export function reportForm({ path, question, filters, choices, settings }: ReportForm): Html {
  const { from, to } = question;
  const kept = filtersOf(question.filters);
  return html`<form class="filters" method="get" action="${path}" aria-label="Period and filters">
      <label>From <input type="date" name="from" value="${from}" min="2000-01-01" max="2049-12-31" /></label>
      <label>To <input type="date" name="to" value="${to}" min="2000-01-01" max="2049-12-31" /></label>
      ${filters.map((name) => select(name, question.filters[name], choices[name], settings.access))}
      <button>Show</button>
    </form>
    <nav class="pager" aria-label="Periods">
      ${quickPeriods.map(([word, first, last]) => {
        const href = withQuery(path, { ...kept, from: first, to: last });
        const isChosen = [from, to].join() === [first, last].map((day) => dayOf(day, settings)).join();
        return html`<a href="${href}" ${isChosen ? html`aria-current="true"` : undefined}>${word}</a>`;
      })}
    </nav>`;
}

function dayOf(text: string, { nowMs, timeZone }: ValueSettings): string | undefined {
  const read = readLocalDay(text, nowMs, timeZone);
  return 'day' in read ? read.day : undefined;
}

function select(
  name: ReportFilter,
  chosen: string | undefined,
  given: readonly string[],
  access: Access,
): Html {
  // A viewer is offered no name that holds a number, because the page would contain the number.
  const offered = given.filter((choice) => withoutNumbers(choice, access) === choice);
  const choices = chosen === undefined || offered.includes(chosen) ? offered : [chosen, ...offered];
  return html`<label
    >${labels[name]}
    <select name="${name}">
      <option value="">any</option>
      ${choices.map(
        (choice) =>
          html`<option value="${choice}" ${choice === chosen ? html`selected="selected"` : undefined}>
            ${shownText(choice, access, 60)}
          </option>`,
      )}
    </select></label
  >`;
}

/**
 * The value in the database that a typed filter means. A page replaces invisible characters, so a name from its form
 * can differ from the name in the database.
 */
export function meantChoice(typed: string, choices: readonly string[]): string | undefined {
  return choices.includes(typed)
    ? typed
    : choices.find((choice) => severalLines(choice).trim() === typed.trim());
}

/** The words of the form for the filters of a query: "Service". */
export function filterLabel(name: ReportFilter): string {
  return labels[name];
}

/** The faults of a query, each with a link to the nearest right query. */
export function faultLines(
  path: string,
  faults: readonly { readonly text: string; readonly better?: ReportQuery }[],
): Html[] {
  return faults.map(
    ({ text, better }) =>
      html`<p class="fault" role="alert">
        ${text} ${better === undefined ? undefined : link(withQuery(path, { ...better }), 'Show that')}
      </p>`,
  );
}
