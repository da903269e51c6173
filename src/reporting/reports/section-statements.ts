import type { DialectName } from '../../database/database.ts';
import { dialects } from '../../database/dialect.ts';
import { utcText } from '../../domain/local-time.ts';
import {
  reportFilters,
  type RelationSql,
  type ReportedColumn,
  type ReportFilter,
  type ReportQuestion,
  type ReportSection,
} from './report.ts';
import { plainSql, sql, type SqlStatement } from './sql-statement.ts';

/** All columns of a section, in order. */
export function columnsOf({ keys, measures }: ReportSection): readonly ReportedColumn[] {
  return [...keys, ...measures];
}

/**
 * The rows of a section, in their order.
 *
 * @param limit the most rows; undefined for all
 */
export function rowsStatement(
  section: ReportSection,
  question: ReportQuestion,
  dialect: DialectName,
  limit?: number,
): SqlStatement {
  const ending = `ORDER BY ${section.order}${limit === undefined ? '' : `\nLIMIT ${limit}`}`;
  return sql`${groupedStatement(section, question, dialect)}
${plainSql(ending)}`;
}

/** A statement that counts the rows of a section, as `found`. */
export function countStatement(
  section: ReportSection,
  question: ReportQuestion,
  dialect: DialectName,
): SqlStatement {
  return sql`SELECT COUNT(*) AS found
FROM (
${groupedStatement(section, question, dialect)}
) AS report`;
}

/** The measures over all rows, in one row. A percent is a quotient of sums, never an average. */
export function totalsStatement(
  section: ReportSection,
  question: ReportQuestion,
  dialect: DialectName,
): SqlStatement {
  return sql`${selectList(section.measures, dialect)}
${relationOf(section, question, dialect)}`;
}

function groupedStatement(
  section: ReportSection,
  question: ReportQuestion,
  dialect: DialectName,
): SqlStatement {
  const { keys, measures, having } = section;
  const grouped = measures.length === 0 ? '' : `\nGROUP BY ${keys.map((key) => key.sql).join(', ')}`;
  return sql`${selectList(columnsOf(section), dialect)}
${relationOf(section, question, dialect)}${plainSql(grouped + (having === undefined ? '' : `\nHAVING ${having}`))}`;
}

function selectList(columns: readonly ReportedColumn[], dialect: DialectName): SqlStatement {
  const { asText } = dialects[dialect];
  const expressions = columns.map(({ name, type, sql: expression }) => {
    const isText = type === 'instant' || type === 'local' || type === 'date' || type === 'json';
    const selected = isText ? asText[type](expression) : expression;
    return selected === name ? `  ${name}` : `  ${selected} AS ${name}`;
  });
  return plainSql(`SELECT\n${expressions.join(',\n')}`);
}

function relationOf(section: ReportSection, question: ReportQuestion, dialect: DialectName): SqlStatement {
  const { utcSuffix } = dialects[dialect];
  const instant = (epochMs: number): string => utcText(epochMs) + utcSuffix;
  const relationSql: RelationSql = {
    inPeriod: (column) => sql`${plainSql(column)} BETWEEN ${question.from} AND ${question.to}`,
    inInstants: (column) =>
      sql`${plainSql(column)} >= ${instant(question.fromMs)} AND ${plainSql(column)} < ${instant(question.untilMs)}`,
    andFilters(alias) {
      const names = (Object.keys(question.filters) as ReportFilter[]).filter((name) =>
        section.filters.includes(name),
      );
      return names.reduce(
        (all, name) =>
          sql`${all}
  AND ${plainSql(`${alias}.${reportFilters[name]}`)} = ${question.filters[name] ?? ''}`,
        plainSql(''),
      );
    },
  };
  return section.relation(question, relationSql);
}
