import { mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { StoreUnusable } from './store-unusable.ts';

// This file is the only one that knows how SQLite is opened: its driver is archived upstream, and whoever
// replaces it changes this file and the client's name in database.ts.

/** The file that a `sqlite:` URL names, as an absolute path. */
export function sqlitePath(url: string): string {
  return resolve(url.slice('sqlite:'.length).replace(/^\/\/(?=\/)/, ''));
}

/** The statements that each new connection begins with. */
export function sqlitePragmas(mode: 'write' | 'read'): readonly string[] {
  return [
    'PRAGMA busy_timeout = 5000',
    'PRAGMA journal_mode = WAL',
    // A 2xx says that the push is on the disk: NORMAL would lose the last commits when the power goes.
    'PRAGMA synchronous = FULL',
    'PRAGMA foreign_keys = ON',
    'PRAGMA trusted_schema = OFF',
    'PRAGMA cache_size = -65536',
    ...(mode === 'read' ? ['PRAGMA query_only = ON'] : []),
  ];
}

interface SqliteConnection {
  all(sql: string, done: (error: Error | null, rows: unknown[]) => void): void;
}

/** Runs the pragmas on a fresh connection; for the pool's `afterCreate`. */
export function prepareSqliteConnection(
  connection: SqliteConnection,
  mode: 'write' | 'read',
  done: (error: Error | null, connection: SqliteConnection) => void,
): void {
  const remaining = [...sqlitePragmas(mode)];
  const next = (error: Error | null): void => {
    const pragma = remaining.shift();
    if (error !== null || pragma === undefined) done(error, connection);
    else connection.all(pragma, next);
  };
  next(null);
}

/** Makes the folder of a database file. Where that fails, opening the file says why. */
export function makeSqliteFolder(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  } catch {
    // Opening the file fails for the same reason, and is reported.
  }
}

/**
 * Looks at the file of a store before it is opened, and says whether it is new.
 *
 * @throws StoreUnusable when a file is there that SQLite would silently fill: an empty one is a lost store
 */
export function inspectSqliteFile(path: string): { isNew: boolean } {
  let size: number;
  try {
    size = statSync(path).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { isNew: true };
    throw unreadable(path, error);
  }
  if (size === 0) {
    throw new StoreUnusable(
      `The database file ${path} is empty.`,
      'Restore it from a back-up, or remove the file if you want to begin with an empty one.',
    );
  }
  return { isNew: false };
}

function unreadable(path: string, cause: unknown): StoreUnusable {
  return new StoreUnusable(
    `The database file ${path} cannot be read (${(cause as NodeJS.ErrnoException).code ?? String(cause)}).`,
    'Give the user that runs the receiver the right to read and write it and its folder.',
    { cause },
  );
}
