import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  linkSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { Database } from '../../database/database.ts';
import { backupTable, requireUndamaged, syncPath } from './backup.ts';
import { openDatabase } from '../../database/open-database.ts';
import { makeSqliteFolder } from '../../database/sqlite.ts';

/** A receiver or a command has the store open. */
export class StoreInUse extends Error {
  override readonly name = 'StoreInUse';
}

export interface RestoreOptions {
  readonly backupFile: string;
  readonly storeFile: string;
  /** The suffix for the name of the old store. */
  readonly asideSuffix: string;
  /** Called when the store is too damaged to be locked. Throws when a receiver still runs on it. */
  readonly requireNoReceiver: () => Promise<void>;
  /** Called when everything is ready, right before the restored store takes its place. */
  readonly beforeSwap: () => void;
}

/**
 * Replaces a store with a checked backup. At every moment a whole store is in place: the old one or the restored one.
 * A lock file with a process id goes stale, so SQLite itself is asked whether a process has the store open.
 *
 * @returns the path of the old store; undefined when there was none
 * @throws StoreInUse while a process has the store open
 */
export async function restoreStore(options: RestoreOptions): Promise<string | undefined> {
  const { backupFile, storeFile, asideSuffix } = options;
  makeSqliteFolder(storeFile);
  const ready = `${storeFile}.restoring`;
  const removeReady = (): void => {
    for (const path of [ready, `${ready}-wal`, `${ready}-shm`]) rmSync(path, { force: true });
  };
  removeReady();
  let locked: Database | undefined;
  try {
    await makeReady(backupFile, ready);
    const hadStore = existsSync(storeFile);
    giveToOwnerOf(hadStore ? storeFile : dirname(storeFile), ready, hadStore);
    if (hadStore) locked = await lockOut(storeFile, options.requireNoReceiver);
    // A log without its file: the file may have been moved away while a receiver still uses it.
    else if (existsSync(`${storeFile}-wal`)) await options.requireNoReceiver();
    const aside = `${storeFile}${asideSuffix}`;
    if (hadStore) linkSync(storeFile, aside);
    // SQLite would apply the log of the old, damaged store to the restored one, so move the log away.
    for (const suffix of ['-wal', '-shm', '-journal'])
      if (existsSync(`${storeFile}${suffix}`)) renameSync(`${storeFile}${suffix}`, `${aside}${suffix}`);
    options.beforeSwap();
    renameSync(ready, storeFile);
    syncPath(dirname(storeFile));
    return hadStore ? aside : undefined;
  } finally {
    await locked?.close();
    removeReady();
  }
}

/** Copies the backup into one file, without the table of notes. */
async function makeReady(backupFile: string, ready: string): Promise<void> {
  copyFileSync(backupFile, ready);
  chmodSync(ready, 0o600);
  const copy = openDatabase(`sqlite:${ready}`);
  const { knex } = copy;
  try {
    // Overwrite freed pages, so that they do not contain the key.
    await knex.raw('PRAGMA secure_delete = ON');
    await knex.schema.dropTable(backupTable);
  } finally {
    await copy.close();
  }
  await requireUndamaged(ready);
  syncPath(ready);
}

/**
 * Takes the only SQLite lock that also excludes idle processes: only the last process with the store open can end the log.
 * Afterwards the log's content is in the main file.
 */
async function lockOut(
  storeFile: string,
  requireNoReceiver: () => Promise<void>,
): Promise<Database | undefined> {
  const database = openDatabase(`sqlite:${storeFile}`);
  try {
    await database.knex.raw('PRAGMA journal_mode = DELETE');
    await database.knex.raw('BEGIN EXCLUSIVE');
    const [row] = await database.knex.raw<{ journal_mode: string }[]>('PRAGMA journal_mode');
    if (row?.journal_mode !== 'delete') throw new StoreInUse(`A process has just opened ${storeFile}.`);
    return database;
  } catch (error) {
    await database.close();
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'SQLITE_BUSY' || code === 'SQLITE_LOCKED')
      throw new StoreInUse(`A process has the store ${storeFile} open.`, { cause: error });
    if (code !== 'SQLITE_CORRUPT' && code !== 'SQLITE_NOTADB' && code !== 'SQLITE_IOERR') throw error;
    await requireNoReceiver();
    return undefined;
  }
}

/** Keeps owner and permissions: root may run the restore, but the receiver's user must be able to use the store. */
function giveToOwnerOf(path: string, file: string, isStore: boolean): void {
  const { uid, gid, mode } = statSync(path);
  if (process.getuid?.() === 0) chownSync(file, uid, gid);
  if (isStore) chmodSync(file, mode & 0o777);
}
