import { accessSync, chmodSync, constants, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { FilePlace } from './file-place.ts';
import { keepStatements, type SqliteConnection } from './sqlite-statements.ts';
import { StoreUnusable } from './store-unusable.ts';

// Only this file knows how SQLite is opened. Its driver is archived upstream: to replace it, change this file and the
// client's name in open-database.ts.

// 4 MiB. The commit that reaches this size copies the pages back, and its pushes wait. With 32 MiB they waited over 30 ms.
const usualCheckpointPages = 1000;

/** The absolute path of the file in a `sqlite:` URL. */
export function sqlitePath(url: string): string {
  return resolve(
    url
      .slice('sqlite:'.length)
      .replace(/\?.*$/s, '')
      .replace(/^\/\/(?=\/)/, ''),
  );
}

/** What is wrong with a `sqlite:` URL, as a text that continues a sentence. Its only option is `wal_autocheckpoint`. */
export function sqliteUrlFault(url: string): string | undefined {
  if (/^sqlite:(?:\?|$)/.test(url)) return 'names no file';
  const unknown = [...sqliteOptions(url)].find(
    ([name, value]) => name !== 'wal_autocheckpoint' || !/^\d{1,6}$/.test(value),
  );
  if (unknown === undefined) return undefined;
  return `has the unknown option ${unknown[0].replace(/[^\w-]/g, '?').slice(0, 40)}; known is wal_autocheckpoint=0`;
}

/** After how many pages of the log a commit copies them back. 0: another program, such as Litestream, does it. */
function checkpointPages(url: string): number {
  return Number(sqliteOptions(url).get('wal_autocheckpoint') ?? usualCheckpointPages);
}

function sqliteOptions(url: string): URLSearchParams {
  return new URLSearchParams(/\?(.*)$/s.exec(url)?.[1] ?? '');
}

/**
 * `read` refuses writes. `inspect` leaves every byte of the file unchanged (setting a journal mode would change one).
 * `alone` refuses writes, and fails while another process has the file open. Meanwhile no other process can open it.
 */
export type SqliteMode = 'write' | 'read' | 'inspect' | 'alone';

/** The connection for knex. knex always adds the flags for writing, so the other modes are given as a URI. */
export function sqliteConnection(url: string, mode: SqliteMode): { filename: string; flags?: string[] } {
  const path = sqlitePath(url);
  if (mode === 'write') return { filename: path };
  // A reader that opens late must not create a file in the place of a lost one.
  if (mode === 'read' || mode === 'alone')
    return { filename: `${pathToFileURL(path).href}?mode=rw`, flags: ['OPEN_URI'] };
  // A file without a log is not in use, so it can be read without making files beside it.
  const atRest = !existsSync(`${path}-wal`) && !existsSync(`${path}-journal`);
  const options = atRest ? 'mode=ro&immutable=1' : 'mode=ro';
  return { filename: `${pathToFileURL(path).href}?${options}`, flags: ['OPEN_URI'] };
}

/** The statements that set up every new connection. */
export function sqlitePragmas(mode: SqliteMode, url: string): readonly string[] {
  if (mode === 'inspect') {
    return ['PRAGMA busy_timeout = 5000', 'PRAGMA query_only = ON', 'PRAGMA trusted_schema = OFF'];
  }
  if (mode === 'alone') {
    return [
      'PRAGMA busy_timeout = 2000',
      // Must come before the first read. Only then does SQLite lock out idle processes that have the file open.
      'PRAGMA locking_mode = EXCLUSIVE',
      'PRAGMA query_only = ON',
      'PRAGMA trusted_schema = OFF',
    ];
  }
  return [
    'PRAGMA busy_timeout = 5000',
    'PRAGMA journal_mode = WAL',
    // A 2xx means that the push is on the disk. NORMAL would lose the last commits in a power failure.
    'PRAGMA synchronous = FULL',
    `PRAGMA wal_autocheckpoint = ${checkpointPages(url)}`,
    'PRAGMA foreign_keys = ON',
    'PRAGMA trusted_schema = OFF',
    // 4 MiB for each connection. The operating system caches the file too.
    'PRAGMA cache_size = -4096',
    ...(mode === 'read' ? ['PRAGMA query_only = ON'] : []),
  ];
}

const busyTriesMax = 50;
const busyPauseMs = 20;

/**
 * Sets up a new connection, for the pool's `afterCreate`.
 *
 * @param place refuses a later connection when another file is at the path
 */
export function prepareSqliteConnection(
  connection: SqliteConnection,
  mode: SqliteMode,
  url: string,
  place: FilePlace | undefined,
  done: (error: Error | null, connection: SqliteConnection) => void,
): void {
  const pragmas = sqlitePragmas(mode, url);
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
      // When two processes make the log at once, SQLite fails one of them regardless of its timeout.
      else if (tries < busyTriesMax && (error as NodeJS.ErrnoException).code === 'SQLITE_BUSY') {
        setTimeout(() => run(index, tries + 1), busyPauseMs);
      } else done(error, connection);
    });
  };
  // Check before the first statement, which would read the log of one file into another.
  if (!isRefused()) run(0, 0);
}

function cannotOpen(reason: string): Error {
  return Object.assign(new Error(reason), { code: 'SQLITE_CANTOPEN' });
}

/** The permissions of a database file: only the owner can use it. In a shared folder the group can read it. */
export function databaseFileMode(path: string): number {
  return isSharedFolder(dirname(path)) ? 0o640 : 0o600;
}

/** True for a folder with the setgid bit. Such a folder shares its files with a group, for a BI tool. */
function isSharedFolder(folder: string): boolean {
  return ((statSync(folder, { throwIfNoEntry: false })?.mode ?? 0) & 0o2000) !== 0;
}

/** Sets these permissions on a new database file and its log, whatever the umask is. */
export function keepPrivate(path: string): void {
  const mode = databaseFileMode(path);
  for (const file of [path, `${path}-wal`, `${path}-shm`]) if (existsSync(file)) chmodSync(file, mode);
}

/** Makes the folder of a database file. */
export function makeSqliteFolder(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  } catch {
    // Opening the file fails for the same reason, and that error is reported.
  }
}

/**
 * Checks the file of a store before it is opened, and says whether the store is new.
 *
 * @throws StoreUnusable when SQLite would silently fill a lost store: an empty file, or a log without its file
 */
export function inspectSqliteFile(path: string): { isNew: boolean } {
  let size: number;
  try {
    size = statSync(path).size;
    // SQLite would open a file without write permission, and fail at the first push.
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
      'Restore it from a backup. To begin with an empty store, remove the file.',
    );
  }
  return { isNew: false };
}

/** A log without its file means a lost store. SQLite would delete the log when it makes a new file. */
function requireNoLog(path: string): void {
  const log = `${path}-wal`;
  if ((statSync(log, { throwIfNoEntry: false })?.size ?? 0) === 0) return;
  throw new StoreUnusable(
    `The database file ${path} is missing, but its log ${log} exists.`,
    'Put the file back beside its log, or restore a backup. To begin with an empty store, move the log away.',
  );
}

function unreadable(path: string, cause: unknown): StoreUnusable {
  return new StoreUnusable(
    `The database file ${path} cannot be read and written (${(cause as NodeJS.ErrnoException).code ?? String(cause)}).`,
    'Give the user that runs the receiver permission to read and write the file and its folder.',
    { cause },
  );
}
