import type { Knex } from 'knex';
import { askStatement } from './ask-statement.ts';
import { reportFilters, type ReportFilter, type ReportQuestion } from './report.ts';
import { plainSql, sql } from './sql-statement.ts';

/** The values of each filter, in order. */
export type FilterChoices = Readonly<Record<ReportFilter, readonly string[]>>;

const choicesMax = 2_000;
const names = Object.values(reportFilters);

/** The services, groups and number types of the inbound calls of a period. */
export async function readFilterChoices(
  within: Knex.Transaction,
  { from, to }: Pick<ReportQuestion, 'from' | 'to'>,
): Promise<FilterChoices> {
  const statement = sql`SELECT DISTINCT ${plainSql(names.join(', '))}
FROM jet_inbound
WHERE local_date BETWEEN ${from} AND ${to}
LIMIT ${plainSql(String(choicesMax))}`;
  const columns = names.map((name) => ({ name, type: 'text' }) as const);
  const rows = await askStatement(within, statement, columns);
  const valuesOf = (column: string): string[] => {
    const values = rows.map((row) => row[column]).filter((value) => typeof value === 'string');
    return [...new Set(values)].sort((a, b) => a.localeCompare(b, 'en'));
  };
  const { service, group, type } = reportFilters;
  return { service: valuesOf(service), group: valuesOf(group), type: valuesOf(type) };
}
