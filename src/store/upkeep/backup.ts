import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { openDatabase } from '../../database/open-database.ts';
import { checkStore, storeMigrationsTable } from '../store.ts';
import { StoreUnusable } from '../../database/store-unusable.ts';

/** The table that only a backup file has. */
export const backupTable = 'jet_backup';

/** The notes that a backup holds beside the store. */
export interface BackupNotes {
  readonly madeAt: string;
  /** Identifies the key of the store without revealing it. */
  readonly keyMark: string | undefined;
  /** The key itself, if the kit made it. */
  readonly secretKey: string | undefined;
}

/**
 * Copies a store, which may be in use, into one checked file that only its owner can read. On an error no file is made.
 * The file also holds the key that the kit made. Two files get separated, and a store is useless without its key.
 *
 * @param storeFile the file of the store
 * @param file the file to make; it must not exist yet
 * @returns the size of the file in bytes
 * @throws StoreUnusable when the store or the copy is damaged
 */
export async function backUpStore(storeFile: string, file: string, notes: BackupNotes): Promise<number> {
  if (existsSync(file))
    throw new Error(
      `The file ${file} exists already, and a backup never replaces a file. Give another name.`,
    );
  if (!existsSync(storeFile))
    throw new Error(`There is no store at ${storeFile}, so nothing was backed up. Check DATABASE_URL.`);
  await checkStore(`sqlite:${storeFile}`);
  const part = `${file}.part`;
  rmSync(part, { force: true });
  // Make the file first, because SQLite would make it readable by others.
  closeSync(openSync(part, 'wx', 0o600));
  try {
    // A separate reader sees one state throughout, and no push waits for it.
    const store = openDatabase(`sqlite:${storeFile}`, 'read');
    try {
      // SQLite treats VACUUM INTO as a write.
      await store.knex.raw('PRAGMA query_only = OFF');
      await store.knex.raw('VACUUM INTO ?', [part]);
    } finally {
      await store.close();
    }
    await addNotes(part, notes);
    await requireUndamaged(part);
    syncPath(part);
    renameSync(part, file);
    syncPath(dirname(file));
  } finally {
    for (const path of [part, `${part}-wal`, `${part}-shm`]) rmSync(path, { force: true });
  }
  return statSync(file).size;
}

async function addNotes(file: string, notes: BackupNotes): Promise<void> {
  const copy = openDatabase(`sqlite:${file}`);
  const { knex } = copy;
  try {
    await knex.schema.createTable(backupTable, (columns) => {
      columns.string('name').primary();
      columns.text('value').notNullable();
    });
    const rows = Object.entries(notes).filter(([, value]) => value !== undefined);
    await knex(backupTable).insert(rows.map(([name, value]) => ({ name, value: value as string })));
  } finally {
    await copy.close();
  }
}

/**
 * Reads the notes of a backup file.
 *
 * @param known the names of the store's migrations
 * @throws StoreUnusable when the file is damaged, is not a backup, or was made by a newer version
 */
export async function readBackup(file: string, known: readonly string[]): Promise<BackupNotes> {
  if (!existsSync(file)) throw new Error(`There is no file ${file}.`);
  const remedy = 'Use a file that "npm run backup" made. Nothing was changed.';
  await requireUndamaged(file);
  const copy = openDatabase(`sqlite:${file}`, 'inspect');
  const { knex } = copy;
  try {
    const tables = await knex('sqlite_master').where({ type: 'table' }).pluck<string[]>('name');
    if (!tables.includes(backupTable) || !tables.includes(storeMigrationsTable)) {
      throw new StoreUnusable(`${file} is not a backup of a store.`, remedy);
    }
    const made = await knex(storeMigrationsTable).pluck<string[]>('name');
    const unknown = made.filter((name) => !known.includes(name));
    if (unknown.length > 0) {
      throw new StoreUnusable(
        `The backup was made by a newer version of this program (it has ${unknown.join(', ')}).`,
        'Restore the backup with that version. Nothing was changed.',
      );
    }
    const rows = await knex(backupTable).select<{ name: string; value: string }[]>('name', 'value');
    const notes = new Map(rows.map(({ name, value }) => [name, value]));
    return {
      madeAt: notes.get('madeAt') ?? 'an unknown time',
      keyMark: notes.get('keyMark'),
      secretKey: notes.get('secretKey'),
    };
  } finally {
    await copy.close();
  }
}

/** Reads every page of a database file. */
export async function requireUndamaged(file: string): Promise<void> {
  const damaged = (detail: string, cause?: unknown): StoreUnusable =>
    new StoreUnusable(`${file} is damaged: ${detail}.`, 'Use another backup. Nothing was changed.', {
      cause,
    });
  const copy = openDatabase(`sqlite:${file}`, 'inspect');
  const { knex } = copy;
  try {
    const [row] = await knex.raw<{ integrity_check: string }[]>('PRAGMA integrity_check(1)');
    if (row?.integrity_check !== 'ok') throw damaged(row?.integrity_check ?? 'no answer');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'SQLITE_CORRUPT' || code === 'SQLITE_NOTADB') throw damaged(message, error);
    throw error;
  } finally {
    await copy.close();
  }
}

/** Syncs a file, or the names in a folder, to the disk. */
export function syncPath(path: string): void {
  const opened = openSync(path, 'r');
  try {
    fsyncSync(opened);
  } finally {
    closeSync(opened);
  }
}
