import { reportTables } from '../calendar/report-tables.ts';
import { reportViews } from './report-views.ts';

/** A view or a table with a name, a grain and described columns. */
interface Described {
  readonly name: string;
  readonly grain: string;
  readonly meaning: string;
  readonly columns: readonly { readonly name: string; readonly type: string; readonly meaning: string }[];
}

const head = `# The views

Questions that reporting teams ask, answered once: by views beside [\`jet_calls\`](reporting-table.md), with the same result on SQLite, PostgreSQL, MySQL and MariaDB. [queries.md](queries.md) uses them, and so do the [reports of the console](console.md#reports). Names and meanings change only with a major version.

The definitions are those of Jet's portal wherever Jet's webhooks carry the facts. Where our number cannot equal Jet's, the column says so.

## What no view can say

These are not in the fields that Jet sends:

- the exact time of an answer. So there is no exact service level, speed of answer or talk time. \`answer_seconds\` is an estimate: our receipt of the answered push.
- whether the caller left a voicemail. So our missed calls include them.
- exact system abandons. \`system_abandon\` is an estimate: a queued call that ended as BUSY or UNAVAILABLE.
- hold, wrap-up, occupancy, states of agents and transfers.
- conversions and their rates, ad groups, costs and recordings.

## How to ask

- Name a period: \`WHERE local_date >= … AND local_date < …\`. The condition reaches the index, and the answer takes well under a second.
- Divide sums. Never average percentages: a day with two calls would count as much as a day with two thousand.
- Days are local, in \`TIME_ZONE\`. A tool that cuts \`started_at_utc\` into days cuts them at 10 or 11 in the morning in Sydney.
- Calls in progress and calls with an unknown status are in none of the counts.
- In SQLite, dates are texts such as \`2026-11-29\`. They sort and compare like dates.`;

/** The description of all views and small tables, as Markdown. */
export function viewsDocument(): string {
  return [
    head,
    '',
    '<!-- Made from src/reporting/views and src/reporting/calendar. `npx vitest run test/docs -u` writes it again. -->',
    '<!-- prettier-ignore-start -->',
    ...reportViews.flatMap(section),
    '',
    '# Tables beside them',
    ...reportTables.flatMap(section),
    '',
    '<!-- prettier-ignore-end -->',
    '',
  ].join('\n');
}

function section({ name, grain, meaning, columns }: Described): string[] {
  return [
    '',
    `## \`${name}\``,
    '',
    `One row for ${grain}. ${meaning}`,
    '',
    '| Column | Type | Meaning |',
    '| --- | --- | --- |',
    ...columns.map(
      (column) => `| \`${column.name}\` | ${column.type} | ${column.meaning.replaceAll('|', '\\|')} |`,
    ),
  ];
}
