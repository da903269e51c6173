import { reportingColumns, type ReportingColumnName } from './reporting-columns.ts';
import { reportIndexes } from './report-indexes.ts';
import {
  longTextLength,
  reportingSqlType,
  reportingTable,
  type ReportingColumn,
} from './reporting-column.ts';

/** The parts of the dictionary, each with the column that it begins with. */
const parts: readonly { readonly title: string; readonly from: ReportingColumnName }[] = [
  { title: 'The call', from: 'call_id' },
  { title: 'When', from: 'started_at_utc' },
  { title: 'Numbers', from: 'origin_number' },
  { title: 'Service and route', from: 'service_name' },
  { title: 'Durations', from: 'duration_seconds' },
  { title: 'The web visit', from: 'session_id' },
  { title: 'The row itself', from: 'extra' },
];

const tableHead = [
  '| Column | SQLite | PostgreSQL | MySQL, MariaDB | May be empty | Meaning |',
  '| --- | --- | --- | --- | --- | --- |',
];

/** The data dictionary of `jet_calls` as Markdown, made from the columns themselves. */
export function reportingDictionary(): string {
  const lines = [
    `# The columns of \`${reportingTable}\``,
    '',
    `The table has ${reportingColumns.length} columns. How to read them: [reporting-table.md](reporting-table.md).`,
    '',
    'An empty column is NULL, never an empty text. A text longer than its column is cut at the length shown, or at' +
      ` ${longTextLength.toLocaleString('en')} characters if none is shown. JSON values are never cut. PostgreSQL and MySQL may order their keys, and a value that a database cannot hold as JSON is a JSON string. The store keeps every text whole.`,
    '',
    '<!-- Made from src/reporting/reporting-columns.ts. `npx vitest run test/docs -u` writes it again. -->',
    '<!-- prettier-ignore-start -->',
  ];
  for (const { title, columns } of groupedColumns()) {
    lines.push('', `## ${title}`, '', ...tableHead, ...columns.map(tableRow));
  }
  lines.push('', '## Indexes over several columns', '', '| Columns | What for |', '| --- | --- |');
  for (const { columns, meaning } of reportIndexes)
    lines.push(`| ${columns.map((name) => `\`${name}\``).join(', ')} | ${meaning} |`);
  return [...lines, '', '<!-- prettier-ignore-end -->', ''].join('\n');
}

function groupedColumns(): { title: string; columns: ReportingColumn[] }[] {
  const groups: { title: string; columns: ReportingColumn[] }[] = [];
  for (const column of reportingColumns) {
    const part = parts.find(({ from }) => from === column.name);
    if (part !== undefined) groups.push({ title: part.title, columns: [] });
    groups.at(-1)?.columns.push(column);
  }
  return groups;
}

function tableRow(column: ReportingColumn): string {
  const cells = [
    `\`${column.name}\``,
    reportingSqlType(column, 'sqlite'),
    reportingSqlType(column, 'postgres'),
    reportingSqlType(column, 'mysql'),
    column.required === true ? 'no' : 'yes',
    column.meaning.replaceAll('|', '\\|') + (column.indexed === true ? ' Indexed.' : ''),
  ];
  return `| ${cells.join(' | ')} |`;
}
