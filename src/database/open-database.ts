import { existsSync } from 'node:fs';
import knexFactory, { type Knex } from 'knex';
import type { Database, DialectName } from './database.ts';
import { chooseHostEachTime } from './choose-host.ts';
import { dialectOfUrl } from './database-url.ts';
import { dialects, type DriverError } from './dialect.ts';
import { createFilePlace, type FilePlace } from './file-place.ts';
import { parseServerAddress } from './server-address.ts';
import { prepareServerConnection } from './server-connection.ts';
import { driverSettings } from './server-settings.ts';
import {
  keepPrivate,
  prepareSqliteConnection,
  sqliteConnection,
  sqlitePath,
  type SqliteMode,
} from './sqlite.ts';
import { upsertRows } from './upsert.ts';

// How long a caller waits for a free connection.
const acquireTimeoutMs = 10_000;

// With two, a report or a scrape does not delay a token lookup. More would take threads that the writer needs.
const sqliteReadersMax = 2;

/**
 * Opens a database with the kit's settings. It connects only at the first statement.
 *
 * @param url `sqlite:path`, `postgres://…` or `mysql://…`
 * @param mode `read` and `inspect` refuse writes where the database supports it
 * @param patient sets no time limit for statements on a server
 */
export function openDatabase(url: string, mode: SqliteMode = 'write', patient = false): Database {
  const name = dialectOfUrl(url);
  if (name === undefined)
    throw new TypeError('A database URL must begin with sqlite:, postgres:// or mysql://');
  const dialect = dialects[name];
  const file = databaseFile(url);
  const place = file === undefined || mode === 'inspect' ? undefined : createFilePlace(file);
  // Without this setting, error messages would contain the bound values: numbers and names of people.
  const knex = knexFactory({
    ...knexConfigs[name](url, mode, dialect.pool, patient, place),
    acquireConnectionTimeout: acquireTimeoutMs,
    compileSqlOnError: false,
    log: silent,
  });
  if (file === undefined) chooseHostEachTime(knex, url);
  let closing: Promise<void> | undefined;
  return {
    knex,
    dialect: name,
    traits: dialect,
    file,
    upsert: (within, upsert) => upsertRows(dialect, within, upsert),
    isDataError: (error) => dialect.isDataError(error as DriverError),
    isRefused: (error) => dialect.isRefused(error as DriverError),
    isUnknownColumn: (error) => dialect.isUnknownColumn(error as DriverError),
    isAway: (error) => isPoolTimeout(error) || dialect.isAway(error as DriverError),
    findLostFile: () => place?.findLoss(),
    openPatiently: () => openDatabase(url, mode, true),
    close: () => (closing ??= closeDatabase(knex, place)),
  };
}

async function closeDatabase(knex: Knex, place: FilePlace | undefined): Promise<void> {
  // Closing the last connection would write a log into a file that it does not match, and damage the new file.
  if (place?.findLoss()?.isOverwritten === true) return;
  await knex.destroy();
  place?.close();
}

/** The absolute path of the file that a URL names; undefined for a server. */
export function databaseFile(url: string): string | undefined {
  const name = dialectOfUrl(url);
  return name !== undefined && dialects[name].isFile ? sqlitePath(url) : undefined;
}

// knex also prints the errors that it throws to the console, between the lines of the log.
const silent: Knex.Logger = {
  warn: () => undefined,
  error: () => undefined,
  deprecate: () => undefined,
  debug: () => undefined,
};

/** True when the pool could not give a connection: all are stuck, or none could be made. */
export function isPoolTimeout(error: unknown): boolean {
  return error instanceof Error && (error.name === 'KnexTimeoutError' || error.name === 'TimeoutError');
}

/** The knex configuration for each kind of database. */
const knexConfigs: Readonly<
  Record<
    DialectName,
    (
      url: string,
      mode: SqliteMode,
      pool: Knex.PoolConfig,
      patient: boolean,
      place: FilePlace | undefined,
    ) => Knex.Config
  >
> = {
  sqlite: (url, mode, pool, _patient, place) => {
    const file = sqlitePath(url);
    let isNew = mode === 'write' && !existsSync(file);
    return {
      client: 'sqlite3',
      connection: sqliteConnection(url, mode),
      useNullAsDefault: true,
      pool: {
        ...pool,
        ...(mode === 'read' && { max: sqliteReadersMax }),
        afterCreate: (
          connection: Parameters<typeof prepareSqliteConnection>[0],
          done: Parameters<typeof prepareSqliteConnection>[4],
        ) =>
          prepareSqliteConnection(connection, mode, url, place, (error, ready) => {
            if (error === null && isNew) keepPrivate(file);
            if (error === null) isNew = false;
            done(error, ready);
          }),
      },
    };
  },
  postgres: (url, _mode, pool, patient) => serverConfig('pg', 'postgres', url, pool, patient),
  mysql: (url, _mode, pool, patient) => serverConfig('mysql2', 'mysql', url, pool, patient),
};

function serverConfig(
  client: string,
  dialect: Exclude<DialectName, 'sqlite'>,
  url: string,
  pool: Knex.PoolConfig,
  patient: boolean,
): Knex.Config {
  const address = parseServerAddress(url);
  if ('fault' in address) throw new TypeError(`The database URL ${address.fault}`);
  const [first] = address.hosts;
  return {
    client,
    connection: first === undefined ? {} : driverSettings(address, first),
    pool: { ...pool, afterCreate: prepareServerConnection(dialect, patient) },
  };
}
