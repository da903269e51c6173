import type { Knex } from 'knex';
import type { Database, DialectName } from '../database/database.ts';
import { reportingSqlType, type ReportingColumn } from './reporting-column.ts';

/** A text as an SQL literal that every database reads the same. For our own texts only. */
export function sqlText(text: string): string {
  return `'${text.replaceAll('\\', '/').replaceAll("'", "''")}'`;
}

/** A meaning without Markdown, as a database shows it. */
export function commentText(meaning: string): string {
  return meaning.replaceAll('`', '"');
}

/** The definition of a column after its name. MySQL keeps the comment in it. */
export function columnDefinition(column: ReportingColumn, dialect: DialectName): string {
  const required = column.required === true ? ' NOT NULL' : '';
  const comment = commentsInDefinition[dialect] ? ` COMMENT ${sqlText(commentText(column.meaning))}` : '';
  return `${reportingSqlType(column, dialect)}${required}${comment}`;
}

const commentsInDefinition: Readonly<Record<DialectName, boolean>> = {
  sqlite: false,
  postgres: false,
  mysql: true,
};

/** The kinds of objects that a comment can describe. */
type Commented = 'TABLE' | 'VIEW' | 'COLUMN';

/** Writes a comment where the database has separate statements for it. `name` is `table`, or `table.column`. */
export async function commentOn(
  knex: Knex,
  { dialect }: Pick<Database, 'dialect'>,
  kind: Commented,
  name: string,
  meaning: string,
): Promise<void> {
  const statement = commentStatements[dialect](kind, name, sqlText(commentText(meaning)));
  if (statement !== undefined) await knex.raw(statement);
}

/** SQLite has no comments. MySQL has none for views, and keeps those of columns in the column's definition. */
const commentStatements: Readonly<
  Record<DialectName, (kind: Commented, name: string, text: string) => string | undefined>
> = {
  sqlite: () => undefined,
  postgres: (kind, name, text) => `COMMENT ON ${kind} ${name} IS ${text}`,
  mysql: (kind, name, text) => (kind === 'TABLE' ? `ALTER TABLE ${name} COMMENT ${text}` : undefined),
};
