import type { Knex } from 'knex';
import type { Database } from '../../database/database.ts';
import { dialects } from '../../database/dialect.ts';
import { reportingTable } from '../reporting-column.ts';
import {
  reportValue,
  selectReportColumns,
  type ReportValue,
  type SelectedColumn,
} from '../views/report-values.ts';
import type { ReportRelation } from './report-relations.ts';

const pageRows = 2_000;
const dayMs = 86_400_000;

export interface RelationQuery {
  readonly relation: ReportRelation;
  readonly columns: readonly SelectedColumn[];
  /** The first and the last local day, `YYYY-MM-DD`; undefined for all. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** Rows with their values in the order of `columns`, and the progress of the reading. */
export interface RelationPage {
  readonly rows: readonly (readonly ReportValue[])[];
  readonly done: number;
  /** Days, or 1 for a relation without days. */
  readonly total: number;
}

/**
 * Reads a relation day by day, so that memory stays bounded and each query uses the index. A call that lands
 * meanwhile is included only if its day was not read yet.
 */
export async function* readRelation(
  database: Database,
  { relation, columns, from, to }: RelationQuery,
): AsyncGenerator<RelationPage> {
  const query = (): Knex.QueryBuilder => queryOf(database, relation, columns);
  const values = (row: Record<string, unknown>): ReportValue[] =>
    columns.map((column) => reportValue(column, row[column.name]));
  const { day } = relation;
  if (day === undefined) {
    const rows = (await query()) as Record<string, unknown>[];
    yield { rows: rows.map(values), done: 1, total: 1 };
    return;
  }
  const span = await readSpan(database, relation, day, from, to);
  if (span === undefined) return;
  const total = Math.round((span.toMs - span.fromMs) / dayMs) + 1;
  for (let index = 0; index < total; index += 1) {
    const date = new Date(span.fromMs + index * dayMs).toISOString().slice(0, 10);
    let after: unknown;
    for (let isLast = false; !isLast;) {
      const page = query().where(day, date);
      const key = relation.key;
      if (key !== undefined) {
        page.orderBy(key).limit(pageRows);
        if (!columns.some(({ name }) => name === key)) page.select(key);
        if (after !== undefined) page.where(key, '>', after as string);
      }
      const rows = (await page) as Record<string, unknown>[];
      after = key === undefined ? undefined : rows.at(-1)?.[key];
      isLast = key === undefined || rows.length < pageRows;
      yield { rows: rows.map(values), done: isLast ? index + 1 : index, total };
    }
  }
}

function queryOf(
  database: Database,
  { name }: ReportRelation,
  columns: readonly SelectedColumn[],
): Knex.QueryBuilder {
  const query = database.knex(name).select(selectReportColumns(database, columns));
  // The index begins with the direction.
  return name === reportingTable ? query.whereIn('direction', ['inbound', 'outbound']) : query;
}

async function readSpan(
  { knex, dialect }: Database,
  { daysOf }: ReportRelation,
  day: string,
  from: string | undefined,
  to: string | undefined,
): Promise<{ fromMs: number; toMs: number } | undefined> {
  const { date: asText } = dialects[dialect].asText;
  const bound = (order: 'MIN' | 'MAX'): Knex.Raw =>
    knex.raw(`${asText(`${order}(${day})`)} AS ${order.toLowerCase()}`);
  const query = knex(daysOf).select(bound('MIN'), bound('MAX'));
  if (daysOf === reportingTable) query.whereIn('direction', ['inbound', 'outbound']);
  const row = (await query.first()) as { min: string | null; max: string | null } | undefined;
  if (row?.min == null || row.max === null) return undefined;
  const first = from !== undefined && from > row.min ? from : row.min;
  const last = to !== undefined && to < row.max ? to : row.max;
  return first > last ? undefined : { fromMs: Date.parse(first), toMs: Date.parse(last) };
}
