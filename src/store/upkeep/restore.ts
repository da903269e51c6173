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
import { backupTable, requireSound, syncPath } from './backup.ts';
import { openDatabase } from '../../database/open-database.ts';
import { makeSqliteFolder } from '../../database/sqlite.ts';

/** A process has the store open: a receiver, or a command. */
export class StoreInUse extends Error {
  override readonly name = 'StoreInUse';
}

export interface RestoreOptions {
  readonly backupFile: string;
  readonly storeFile: string;
  /** What is added to the name of the store that was there. */
  readonly asideSuffix: string;
  /** Asked when the store is too damaged to be locked: throws when a receiver runs on it all the same. */
  readonly requireNoReceiver: () => Promise<void>;
  /** Called when all is ready, right before the store is put in its place. */
  readonly beforeSwap: () => void;
}

/**
 * Puts a backup, which was examined, in the place of a store. There is a whole store in that place at every moment:
 * the one before, or the one that was restored.
 * Why: docs/decisions/backup.md
 *
 * @returns where the store before is kept now; undefined when there was none
 * @throws StoreInUse while a process has the store open
 */
export async function restoreStore(options: RestoreOptions): Promise<string | undefined> {
  const { backupFile, storeFile, asideSuffix } = options;
  makeSqliteFolder(storeFile);
  const ready = `${storeFile}.restoring`;
  const removeReady = (): void => {
    for (const left of [ready, `${ready}-wal`, `${ready}-shm`]) rmSync(left, { force: true });
  };
  removeReady();
  let locked: Database | undefined;
  try {
    await makeReady(backupFile, ready);
    const hadStore = existsSync(storeFile);
    giveToOwnerOf(hadStore ? storeFile : dirname(storeFile), ready, hadStore);
    if (hadStore) locked = await lockOut(storeFile, options.requireNoReceiver);
    // A log without its file: the file may have been moved away from a receiver that still runs on it.
    else if (existsSync(`${storeFile}-wal`)) await options.requireNoReceiver();
    const aside = `${storeFile}${asideSuffix}`;
    if (hadStore) linkSync(storeFile, aside);
    // A log that a damaged store left would be read into the one that takes its place.
    for (const end of ['-wal', '-shm', '-journal'])
      if (existsSync(`${storeFile}${end}`)) renameSync(`${storeFile}${end}`, `${aside}${end}`);
    options.beforeSwap();
    renameSync(ready, storeFile);
    syncPath(dirname(storeFile));
    return hadStore ? aside : undefined;
  } finally {
    await locked?.close();
    removeReady();
  }
}

/** The backup without what the store does not have, as one file. */
async function makeReady(backupFile: string, ready: string): Promise<void> {
  copyFileSync(backupFile, ready);
  chmodSync(ready, 0o600);
  const copy = openDatabase(`sqlite:${ready}`);
  const { knex } = copy;
  try {
    // The key must not stay behind in the pages that are given free.
    await knex.raw('PRAGMA secure_delete = ON');
    await knex.schema.dropTable(backupTable);
  } finally {
    await copy.close();
  }
  await requireSound(ready);
  syncPath(ready);
}

/**
 * Takes the store's only lock that shuts out those who merely have it open, too: SQLite ends its log only for the
 * last one. The log's content is in the file afterwards.
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

/** Whoever restores may be root, and the receiver's user must be able to use the store. */
function giveToOwnerOf(path: string, file: string, isStore: boolean): void {
  const { uid, gid, mode } = statSync(path);
  if (process.getuid?.() === 0) chownSync(file, uid, gid);
  if (isStore) chmodSync(file, mode & 0o777);
}
