import { accessSync, chmodSync, constants, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { FilePlace } from './file-place.ts';
import { keepStatements, type SqliteConnection } from './sqlite-statements.ts';
import { StoreUnusable } from './store-unusable.ts';

// This file is the only one that knows how SQLite is opened: its driver is archived upstream, and whoever
// replaces it changes this file and the client's name in database.ts.

/** The file that a `sqlite:` URL names, as an absolute path. */
export function sqlitePath(url: string): string {
  return resolve(url.slice('sqlite:'.length).replace(/^\/\/(?=\/)/, ''));
}

/**
 * `read` refuses to write. `inspect` leaves the file as it is, byte for byte: a journal mode is written into it. `alone`
 * refuses to write too, and is refused while another process has the file open; meanwhile nobody else can open it.
 */
export type SqliteMode = 'write' | 'read' | 'inspect' | 'alone';

/** What knex opens. Its flags always hold those for writing, so a file to be inspected is named by a URI. */
export function sqliteConnection(url: string, mode: SqliteMode): { filename: string; flags?: string[] } {
  const path = sqlitePath(url);
  if (mode === 'write') return { filename: path };
  // A reader that opens late must not make a file in the place of one that is gone.
  if (mode === 'read' || mode === 'alone')
    return { filename: `${pathToFileURL(path).href}?mode=rw`, flags: ['OPEN_URI'] };
  // A file without a log is at rest: nothing need be put beside it to read it.
  const atRest = !existsSync(`${path}-wal`) && !existsSync(`${path}-journal`);
  const options = atRest ? 'mode=ro&immutable=1' : 'mode=ro';
  return { filename: `${pathToFileURL(path).href}?${options}`, flags: ['OPEN_URI'] };
}

/** The statements that each new connection begins with. */
export function sqlitePragmas(mode: SqliteMode): readonly string[] {
  if (mode === 'inspect') {
    return ['PRAGMA busy_timeout = 5000', 'PRAGMA query_only = ON', 'PRAGMA trusted_schema = OFF'];
  }
  if (mode === 'alone') {
    return [
      'PRAGMA busy_timeout = 2000',
      // Before the first statement that reads: only then SQLite locks out those who have the file open and do nothing.
      'PRAGMA locking_mode = EXCLUSIVE',
      'PRAGMA query_only = ON',
      'PRAGMA trusted_schema = OFF',
    ];
  }
  return [
    'PRAGMA busy_timeout = 5000',
    'PRAGMA journal_mode = WAL',
    // A 2xx says that the push is on the disk: NORMAL would lose the last commits when the power goes.
    'PRAGMA synchronous = FULL',
    // 32 MiB: pages that many commits change are copied back into the file once.
    'PRAGMA wal_autocheckpoint = 8000',
    'PRAGMA foreign_keys = ON',
    'PRAGMA trusted_schema = OFF',
    // 8 MiB for the writer and 4 MiB for each reader; the system keeps the file's pages too.
    `PRAGMA cache_size = ${mode === 'read' ? -4096 : -8192}`,
    ...(mode === 'read' ? ['PRAGMA query_only = ON'] : []),
  ];
}

const busyTriesMax = 50;
const busyPauseMs = 20;

/**
 * Readies a fresh connection; for the pool's `afterCreate`.
 *
 * @param place refuses a later connection to another file that has taken the path meanwhile
 */
export function prepareSqliteConnection(
  connection: SqliteConnection,
  mode: SqliteMode,
  place: FilePlace | undefined,
  done: (error: Error | null, connection: SqliteConnection) => void,
): void {
  const pragmas = sqlitePragmas(mode);
  const isRefused = (): boolean => {
    const lost = place?.findLoss();
    if (lost !== undefined) connection.close(() => done(cannotOpen(lost.reason), connection));
    return lost !== undefined;
  };
  const run = (index: number, tries: number): void => {
    const pragma = pragmas[index];
    if (pragma === undefined) {
      place?.note();
      if (isRefused()) return;
      keepStatements(connection, mode === 'write' ? 'write' : 'read');
      done(null, connection);
      return;
    }
    connection.all(pragma, [], (error) => {
      if (error === null) run(index + 1, 0);
      // Of two processes that make the file's log at once SQLite lets one fail, whatever its timeout.
      else if (tries < busyTriesMax && (error as NodeJS.ErrnoException).code === 'SQLITE_BUSY') {
        setTimeout(() => run(index, tries + 1), busyPauseMs);
      } else done(error, connection);
    });
  };
  // Before the first statement, which would read the log of one file into another.
  if (!isRefused()) run(0, 0);
}

function cannotOpen(reason: string): Error {
  return Object.assign(new Error(reason), { code: 'SQLITE_CANTOPEN' });
}

/** The rights of a database file: its owner's alone, and its group may read it in a folder that is shared. */
export function databaseFileMode(path: string): number {
  return isSharedFolder(dirname(path)) ? 0o640 : 0o600;
}

/** A folder with the setgid bit shares its files with a group on purpose: it is made for a BI tool. */
function isSharedFolder(folder: string): boolean {
  return ((statSync(folder, { throwIfNoEntry: false })?.mode ?? 0) & 0o2000) !== 0;
}

/** Sets these rights on a database file that was just made, whatever the umask, and on its log. */
export function keepPrivate(path: string): void {
  const mode = databaseFileMode(path);
  for (const file of [path, `${path}-wal`, `${path}-shm`]) if (existsSync(file)) chmodSync(file, mode);
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
 * @throws StoreUnusable when a file is there that SQLite would silently fill: an empty one is a lost store, and so is a
 * log without its file
 */
export function inspectSqliteFile(path: string): { isNew: boolean } {
  let size: number;
  try {
    size = statSync(path).size;
    // SQLite would open a file that it may not write, and fail at the first push.
    accessSync(path, constants.R_OK | constants.W_OK);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      requireNoLog(path);
      return { isNew: true };
    }
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

/** Whoever takes the file away and leaves its log has lost a store: SQLite would remove the log for a new one. */
function requireNoLog(path: string): void {
  const log = `${path}-wal`;
  if ((statSync(log, { throwIfNoEntry: false })?.size ?? 0) === 0) return;
  throw new StoreUnusable(
    `The database file ${path} is not there, but its log ${log} is.`,
    'Put the file back beside its log, or restore a back-up. To begin with an empty store, move the log away.',
  );
}

function unreadable(path: string, cause: unknown): StoreUnusable {
  return new StoreUnusable(
    `The database file ${path} cannot be read and written (${(cause as NodeJS.ErrnoException).code ?? String(cause)}).`,
    'Give the user that runs the receiver the right to read and write it and its folder.',
    { cause },
  );
}
