import type { Access } from '../../auth/console-passwords.ts';
import { nearestWord } from '../../domain/shown/nearest-word.ts';
import type { FilterChoices } from '../../reporting/reports/read-filter-choices.ts';
import type { SectionAnswer } from '../../reporting/reports/read-section.ts';
import type { AppliedSettings } from '../../reporting/reports/read-applied-settings.ts';
import type { Report, ReportFilter, ReportQuestion } from '../../reporting/reports/report.ts';
import { html, type Html } from '../../web/html.ts';
import { withQuery } from '../own-link.ts';
import { withoutNumbers } from '../shown-number.ts';
import { faultLines, filterLabel, meantChoice, reportForm } from './report-form.ts';
import { reportNavigation, reportPath } from './report-index.ts';
import type { QueryFault, ReadReportQuery, ReportQuery } from './report-query.ts';
import { sectionContent } from './section-content.ts';
import { shortDay, type ValueSettings } from './shown-value.ts';

/** What a page of a report shows. */
export interface ReportFacts {
  readonly report: Report;
  readonly question: ReportQuestion;
  readonly choices: FilterChoices;
  readonly answers: readonly SectionAnswer[];
  readonly applied: AppliedSettings | undefined;
}

const noChoices: FilterChoices = { service: [], group: [], type: [] };

/** Replaces names from the page by the names in the database. */
export function meantQuestion(question: ReportQuestion, choices: FilterChoices): ReportQuestion {
  const entries = (Object.entries(question.filters) as [ReportFilter, string][]).map(
    ([name, typed]) => [name, meantChoice(typed, choices[name]) ?? typed] as const,
  );
  return { ...question, filters: Object.fromEntries(entries) };
}

/** The content of a report. */
export function reportContent(facts: ReportFacts, query: ReportQuery, settings: ValueSettings): Html {
  const { report, question, choices, answers, applied } = facts;
  const path = reportPath(report.name);
  const filters = filtersOfReport(report);
  const faults = unknownChoices(facts, filters, query, settings.access);
  return html`${head(report, question, query, settings.timeZone)}
  ${reportForm({ path, question, filters, choices, settings })} ${faultLines(path, faults)}
  ${answers.map((answer) =>
    sectionContent(answer, {
      ...settings,
      question,
      target: applied?.serviceLevelTarget,
      exportPath: (section, format) =>
        withQuery(`${path}/${section.name}.${format}`, { ...query, from: question.from, to: question.to }),
    }),
  )}
  ${notesOf(report, applied)}`;
}

/** The page of a report whose query is wrong. */
export function faultyReport(
  report: Report,
  { question, faults }: ReadReportQuery,
  settings: ValueSettings,
): Html {
  const path = reportPath(report.name);
  const filters = filtersOfReport(report);
  return html`${reportNavigation(report.name, {})} ${faultLines(path, faults)}
  ${reportForm({ path, question, filters, choices: noChoices, settings })}`;
}

function head(report: Report, { from, to }: ReportQuestion, query: ReportQuery, timeZone: string): Html {
  const period =
    from === to
      ? `${shortDay(from)} ${from.slice(0, 4)}`
      : `${shortDay(from)} ${from.slice(0, 4)} to ${shortDay(to)} ${to.slice(0, 4)}`;
  return html`${reportNavigation(report.name, query)}
    <p>${report.answers} <span class="soft">${period}, days in ${timeZone}.</span></p>`;
}

/** The filters that at least one section of a report has. */
function filtersOfReport({ sections }: Report): ReportFilter[] {
  return (Object.keys(noChoices) as ReportFilter[]).filter((name) =>
    sections.some(({ filters }) => filters.includes(name)),
  );
}

/** Names the filters that match no call of the period, and the nearest name that matches one. */
function unknownChoices(
  { question, choices }: ReportFacts,
  filters: readonly ReportFilter[],
  query: ReportQuery,
  access: Access,
): QueryFault[] {
  return filters.flatMap((name): QueryFault[] => {
    const asked = question.filters[name];
    if (asked === undefined || choices[name].includes(asked)) return [];
    const offered = choices[name].filter((choice) => withoutNumbers(choice, access) === choice);
    const nearest = nearestWord(asked, offered);
    const text = `No inbound call of this period has the ${filterLabel(name).toLowerCase()} "${withoutNumbers(asked, access)}".`;
    if (nearest === undefined) return [{ text }];
    return [{ text: `${text} Did you mean "${nearest}"?`, better: { ...query, [name]: nearest } }];
  });
}

function notesOf({ notes }: Report, applied: AppliedSettings | undefined): Html {
  const settings =
    applied === undefined
      ? undefined
      : `The settings are: in time within ${applied.serviceLevelSeconds} s, target ${applied.serviceLevelTarget} %; the first seconds are ${applied.shortAbandonSeconds} s; returned within ${applied.returnWindowHours} h.`;
  return html`<section aria-labelledby="beside-jet">
    <h2 id="beside-jet">Beside Jet's portal</h2>
    <ul>
      ${notes.map((note) => html`<li>${note}</li>`)}
      ${settings === undefined ? undefined : html`<li>${settings}</li>`}
    </ul>
  </section>`;
}
