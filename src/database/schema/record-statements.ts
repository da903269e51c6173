import knexFactory, { type Knex } from 'knex';
import type { DialectName } from '../database.ts';
import { schemaQuestions } from './ask-schema.ts';

/** A knex without a database. It keeps the statements that change something, and answers questions from them. */
export interface Recorder {
  readonly knex: Knex;
  /** The statements since the last time, with their values in them. */
  take(): string[];
}

/** The parts of a knex client that are replaced here, so that it never connects. */
interface Client {
  acquireConnection(): Promise<object>;
  releaseConnection(): Promise<void>;
  positionBindings(sql: string): string;
  _query(connection: object, query: Query): Promise<Query>;
}

interface Query {
  readonly sql: string;
  readonly bindings?: readonly unknown[];
  response?: unknown;
  /** Where the driver of SQLite counts rows. */
  context?: object;
}

type Row = Readonly<Record<string, string>>;

/** Records what is done to an empty database of this kind. */
export function recordStatements(dialect: DialectName): Recorder {
  const statements: string[] = [];
  let taken = 0;
  const knex = knexFactory({ client: clients[dialect], useNullAsDefault: true });
  const client = knex.client as Client;
  client.acquireConnection = () => Promise.resolve({ __knexUid: 'recorder' });
  client.releaseConnection = () => Promise.resolve();
  // Keeps `?` as the mark of a value in every kind of SQL.
  client.positionBindings = (sql) => sql;
  client._query = (_connection, query) => {
    const isQuestion = /^\s*(?:select|show|pragma)\b/i.test(query.sql);
    if (!isQuestion) statements.push(withValues(query));
    query.context = {};
    query.response = responses[dialect](isQuestion ? answer(dialect, query, statements) : []);
    return Promise.resolve(query);
  };
  return {
    knex,
    take() {
      const next = statements.slice(taken);
      taken = statements.length;
      return next;
    },
  };
}

const clients: Readonly<Record<DialectName, string>> = { sqlite: 'sqlite3', postgres: 'pg', mysql: 'mysql2' };

/** Rows in the form of each driver. */
const responses: Readonly<Record<DialectName, (rows: readonly Row[]) => unknown>> = {
  sqlite: (rows) => rows,
  postgres: (rows) => ({ command: 'SELECT', rows, rowCount: rows.length }),
  mysql: (rows) => [rows, []],
};

/** An empty database has no rows. Only the questions about indexes and columns have an answer: what was recorded. */
function answer(dialect: DialectName, { sql, bindings = [] }: Query, statements: readonly string[]): Row[] {
  const [table = '', name] = bindings.map(String);
  const { indexes, columns } = schemaQuestions[dialect];
  if (sql.includes(indexes)) return recordedIndexes(statements, table).map((index) => ({ name: index }));
  if (sql.includes(columns) && name !== undefined) {
    const type = recordedType(statements, table, name);
    return type === undefined ? [] : [{ name, type }];
  }
  return [];
}

function recordedIndexes(statements: readonly string[], table: string): string[] {
  const names = new Set<string>();
  for (const statement of statements) {
    const plain = statement.replace(/["`]/g, '');
    const [, made] = new RegExp(`^create (?:unique )?index (\\w+) on ${table}\\b`, 'i').exec(plain) ?? [];
    if (made !== undefined) names.add(made);
    if (new RegExp(`^create table (?:if not exists )?${table}\\b`, 'i').test(plain))
      for (const [, inTable = ''] of plain.matchAll(/[,(] *INDEX (\w+) \(/gi)) names.add(inTable);
    const [, dropped] = /^drop index (\w+)/i.exec(plain) ?? [];
    if (dropped !== undefined) names.delete(dropped);
  }
  return [...names];
}

function recordedType(statements: readonly string[], table: string, column: string): string | undefined {
  const making = new RegExp(`^create table (?:if not exists )?${table}\\b`, 'i');
  const plain = statements.map((statement) => statement.replace(/["`]/g, ''));
  const found = new RegExp(`[(,] *${column} (\\w+(?:\\(\\d+\\))?)`, 'i').exec(
    plain.find((statement) => making.test(statement)) ?? '',
  );
  return found?.[1]?.toLowerCase();
}

function withValues({ sql, bindings = [] }: Query): string {
  const values = [...bindings];
  return sql.replace(/\\?\?/g, (mark) => {
    if (mark === '\\?') return '?';
    return values.length === 0 ? mark : literal(values.shift());
  });
}

/** @throws TypeError for a value that the databases write differently */
function literal(value: unknown): string {
  if (value === null) return 'NULL';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value === 'string' && !value.includes('\\')) return `'${value.replaceAll("'", "''")}'`;
  throw new TypeError('A migration has a value that cannot be printed');
}
