import { randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import type { Database } from '../database/database.ts';
import type { Migration } from '../database/migration.ts';
import { openHeads } from '../database/file-head.ts';
import { databaseFile, openDatabase } from '../database/open-database.ts';
import { migrate } from '../database/migrate.ts';
import { isStatementPooling } from '../database/describe/find-pooling.ts';
import { inspectSqliteFile } from '../database/sqlite.ts';
import { StoreUnusable } from '../database/store-unusable.ts';
import { inTransaction } from '../database/transaction.ts';
import { findWriteFault, NoWrites } from '../database/write-fault.ts';

/** The kit's own database: pushes, calls, deliveries, quarantine, OAuth rows. */
export interface Store {
  /** For every transaction that writes. */
  readonly writer: Database;
  /** For lookups and reports, so that they do not delay pushes. */
  readonly reader: Database;
  close(): Promise<void>;
}

// More than the pages of a usual push. MySQL's text type ends at 64 KB.
const probeBytes = 32 * 1024;

/**
 * Tests whether the store can take a push: it takes the lock, uses space and commits to the disk. Leaves no data. Each test
 * uses its own row, so that two processes do not wait for each other.
 */
export async function probeStore({ writer }: Store): Promise<void> {
  const name = `probe ${randomUUID()}`;
  await inTransaction(writer, async (transaction) => {
    await transaction('settings').insert({ name, value: 'x'.repeat(probeBytes) });
    await transaction('settings').where({ name }).delete();
  });
}

/** The table with the names of the store's finished migrations. */
export const storeMigrationsTable = 'jet_store_migrations';

// Reading every page of a large store takes minutes. Above this size only its header and schema are read.
const fullCheckBytesMax = 256 * 1024 * 1024;

/**
 * Opens the store and brings its schema up to date. Makes a store if there is none.
 *
 * @throws StoreUnusable when the store is damaged or unreadable, or belongs to another program or a newer version
 * @throws NoWrites when the server accepts no writes now
 */
export async function openStore(url: string, migrations: readonly Migration[]): Promise<Store> {
  // Check first: opening for writing would change even the file of another program.
  const file = databaseFile(url);
  if (file !== undefined && !inspectSqliteFile(file).isNew) await checkStore(url);
  return openAndMigrate(url, migrations, false);
}

/**
 * Opens an existing store for a command, and never makes one. Commands read all rows, so their statements have no time
 * limit on a server.
 *
 * @throws StoreUnusable as {@link openStore} does, and when there is no store
 */
export async function openExistingStore(url: string, migrations: readonly Migration[]): Promise<Store> {
  const file = databaseFile(url);
  if (file !== undefined && inspectSqliteFile(file).isNew) throw noStore(`There is no store at ${file}.`);
  if (!(await checkStore(url)).isMade)
    throw noStore(
      file === undefined ? 'There is no store in the database.' : `The file ${file} is not a store.`,
    );
  return openAndMigrate(url, migrations, true);
}

function noStore(reason: string): StoreUnusable {
  return new StoreUnusable(
    reason,
    'If there was a store, put it back or restore a backup. If not, start the receiver to make one: npm start',
  );
}

async function openAndMigrate(
  url: string,
  migrations: readonly Migration[],
  patient: boolean,
): Promise<Store> {
  const writer = openDatabase(url, 'write', patient);
  // A server accepts many connections at once, so one pool serves both uses.
  const reader = writer.traits.isFile ? openDatabase(url, 'read') : writer;
  const close = async (): Promise<void> => {
    await reader.close();
    await writer.close();
  };
  try {
    const writeFault = await findWriteFault(writer);
    if (writeFault !== undefined) throw new NoWrites(writeFault);
    await migrate(writer, storeMigrationsTable, migrations);
    // SQLite has made its log by now. Both connections note their files before a push is answered.
    if (reader !== writer) await reader.knex(storeMigrationsTable).first('name');
    for (const database of [writer, reader]) database.findLostFile();
  } catch (error) {
    await close();
    throw asUnusable(error, writer);
  }
  return { writer, reader, close };
}

/**
 * Checks whether a store can be used, without changing it. `isMade` is false when the database is still empty.
 *
 * @throws StoreUnusable when it cannot be used
 */
export async function checkStore(url: string): Promise<{ isMade: boolean }> {
  const database = openDatabase(url, 'inspect');
  try {
    if (database.file !== undefined) {
      inspectSqliteFile(database.file);
      await checkSqlite(database, database.file);
    }
    return { isMade: await database.knex.schema.hasTable(storeMigrationsTable) };
  } catch (error) {
    throw asUnusable(error, database);
  } finally {
    await database.close();
  }
}

async function checkSqlite({ knex }: Database, path: string): Promise<void> {
  if (!startsAsSqlite(path)) throw corrupt(path, 'it does not begin like an SQLite file');
  const tables = await knex('sqlite_master').where({ type: 'table' }).pluck<string[]>('name');
  if (tables.length > 0 && !tables.includes(storeMigrationsTable)) {
    throw new StoreUnusable(
      `The database file ${path} belongs to another program.`,
      'Set DATABASE_URL to a file that only this program uses.',
    );
  }
  if (statSync(path).size > fullCheckBytesMax) return;
  const [row] = await knex.raw<{ quick_check: string }[]>('PRAGMA quick_check(1)');
  if (row?.quick_check !== 'ok') throw corrupt(path, row?.quick_check ?? 'no answer');
}

/** Beside an open store too, as on the console's page Doctor: the store keeps its locks. */
function startsAsSqlite(path: string): boolean {
  const head = openHeads.take(path);
  try {
    return head.readGrowth() !== undefined;
  } finally {
    head.release();
  }
}

function asUnusable(error: unknown, database: Database): unknown {
  const code = (error as { code?: string }).code;
  if (isStatementPooling(error)) {
    return new StoreUnusable(
      'The pooler in front of the database is in statement mode, which forbids transactions.',
      'Set pool_mode = transaction in the pooler, or let DATABASE_URL lead to the database itself.',
      { cause: error },
    );
  }
  if (!database.traits.isFile && database.isRefused(error)) {
    return new StoreUnusable(
      `The database server refuses the user, the password or the database that DATABASE_URL names (${code ?? 'without a code'}).`,
      'Check DATABASE_URL. The database must exist, and the user must have all permissions in it.',
      { cause: error },
    );
  }
  if (code === 'SQLITE_CORRUPT' || code === 'SQLITE_NOTADB') {
    return corrupt('of the store', (error as Error).message, error);
  }
  if (
    code === 'SQLITE_CANTOPEN' ||
    code === 'SQLITE_READONLY' ||
    code === 'SQLITE_PERM' ||
    code === 'EACCES' ||
    code === 'EISDIR'
  ) {
    return new StoreUnusable(
      `The store cannot be opened for writing (${code}).`,
      'Give the user that runs the receiver permission to read and write the file and its folder.',
      { cause: error },
    );
  }
  return error;
}

function corrupt(path: string, detail: string, cause?: unknown): StoreUnusable {
  return new StoreUnusable(
    `The database file ${path} is damaged: ${detail}.`,
    'The file was not changed. Restore it from a backup.',
    { cause },
  );
}
