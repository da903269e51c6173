import knexFactory, { type Knex } from 'knex';
import { types as pgTypes } from 'pg';
import type { Database, DialectName } from '../domain/database.ts';
import { dialectOfUrl, dialects, poolFor, type DriverError } from './dialect.ts';
import { prepareServerConnection } from './server-connection.ts';
import { prepareSqliteConnection, sqliteConnection, sqlitePath, type SqliteMode } from './sqlite.ts';
import { upsertRows } from './upsert.ts';

// How long a caller waits for a free connection, and for a server to answer a new one.
const acquireTimeoutMs = 10_000;
const connectTimeoutMs = 5_000;

/**
 * Opens a database under the kit's own rules. Nothing is reached before the first statement.
 *
 * @param url `sqlite:path`, `postgres://…` or `mysql://…`
 * @param mode `read` and `inspect` refuse to write, where the database can
 * @param patient leaves a server's statements as long as they take
 */
export function openDatabase(url: string, mode: SqliteMode = 'write', patient = false): Database {
  const name = dialectOfUrl(url);
  if (name === undefined) throw new TypeError('A database URL begins with sqlite:, postgres:// or mysql://');
  const dialect = dialects[name];
  // An error's message would otherwise hold the values that were bound: numbers and names of people.
  const knex = knexFactory({
    ...knexConfig(name, url, mode, patient),
    compileSqlOnError: false,
    log: silent,
  });
  let closing: Promise<void> | undefined;
  return {
    knex,
    dialect: name,
    file: name === 'sqlite' ? sqlitePath(url) : undefined,
    upsert: (within, upsert) => upsertRows(name, within, upsert),
    isDataError: (error) => dialect.isDataError(error as DriverError),
    isRefused: (error) => dialect.isRefused(error as DriverError),
    isAway: (error) => isTimeout(error) || dialect.isAway(error as DriverError),
    openPatiently: () => openDatabase(url, mode, true),
    close: () => (closing ??= knex.destroy()),
  };
}

// knex would write to the console, between the lines of the log, what it throws as well.
const silent: Knex.Logger = {
  warn: () => undefined,
  error: () => undefined,
  deprecate: () => undefined,
  debug: () => undefined,
};

/** The pool had no connection to give: all hang, or none could be made. */
function isTimeout(error: unknown): boolean {
  return error instanceof Error && (error.name === 'KnexTimeoutError' || error.name === 'TimeoutError');
}

function knexConfig(dialect: DialectName, url: string, mode: SqliteMode, patient: boolean): Knex.Config {
  const pool = poolFor(dialect);
  switch (dialect) {
    case 'sqlite':
      return {
        client: 'sqlite3',
        connection: sqliteConnection(url, mode),
        useNullAsDefault: true,
        acquireConnectionTimeout: acquireTimeoutMs,
        pool: {
          ...pool,
          afterCreate: (
            connection: Parameters<typeof prepareSqliteConnection>[0],
            done: Parameters<typeof prepareSqliteConnection>[2],
          ) => prepareSqliteConnection(connection, mode, done),
        },
      };
    case 'postgres':
      return {
        client: 'pg',
        connection: {
          connectionString: url,
          connectionTimeoutMillis: connectTimeoutMs,
          application_name: 'jet-receiver',
          // bigint (20) comes as text unless told otherwise; ours are epoch milliseconds and counts.
          types: { getTypeParser: postgresTypeParser },
        },
        acquireConnectionTimeout: acquireTimeoutMs,
        pool: {
          ...pool,
          afterCreate: prepareServerConnection('postgres', patient),
        },
      };
    case 'mysql':
      return {
        client: 'mysql2',
        connection: {
          uri: url.replace(/^mariadb:/, 'mysql:'),
          connectTimeout: connectTimeoutMs,
          timezone: 'Z',
          charset: 'utf8mb4',
          supportBigNumbers: true,
        },
        acquireConnectionTimeout: acquireTimeoutMs,
        pool: {
          ...pool,
          afterCreate: prepareServerConnection('mysql', patient),
        },
      };
  }
}

const bigintOid = 20;

function postgresTypeParser(oid: number, format?: string): (text: string) => unknown {
  if (oid === bigintOid) return Number;
  const getTypeParser = pgTypes.getTypeParser as (oid: number, format?: string) => (text: string) => unknown;
  return getTypeParser(oid, format);
}
