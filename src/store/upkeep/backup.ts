import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { openDatabase } from '../../database/open-database.ts';
import { checkStore, storeMigrationsTable } from '../store.ts';
import { StoreUnusable } from '../../database/store-unusable.ts';

/** The table in a backup's file that the store itself does not have. */
export const backupTable = 'jet_backup';

/** What is kept in a backup beside the store. */
export interface BackupNotes {
  readonly madeAt: string;
  /** Tells the key of the store from another one, without being it. */
  readonly keyMark: string | undefined;
  /** The key itself, where the operator did not give one. */
  readonly secretKey: string | undefined;
}

/**
 * Copies a store that may be in use into one file that only its owner can read, complete and checked, or not at all.
 * Why: docs/decisions/backup.md
 *
 * @param storeFile the store's own file
 * @param file where to; there must be none yet
 * @returns how many bytes it has
 * @throws StoreUnusable when the store or the copy is damaged
 */
export async function backUpStore(storeFile: string, file: string, notes: BackupNotes): Promise<number> {
  if (existsSync(file)) throw new Error(`${file} is there already, and a backup replaces nothing.`);
  if (!existsSync(storeFile)) throw new Error(`There is no store at ${storeFile}.`);
  await checkStore(`sqlite:${storeFile}`);
  const part = `${file}.part`;
  rmSync(part, { force: true });
  // Made by us first, since SQLite would let others read it.
  closeSync(openSync(part, 'wx', 0o600));
  try {
    // A reader of its own: it sees one state from beginning to end, and no push waits for it.
    const store = openDatabase(`sqlite:${storeFile}`, 'read');
    try {
      // SQLite takes a copy for a write.
      await store.knex.raw('PRAGMA query_only = OFF');
      await store.knex.raw('VACUUM INTO ?', [part]);
    } finally {
      await store.close();
    }
    await addNotes(part, notes);
    await requireSound(part);
    syncPath(part);
    renameSync(part, file);
    syncPath(dirname(file));
  } finally {
    for (const left of [part, `${part}-wal`, `${part}-shm`]) rmSync(left, { force: true });
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
 * What a backup's file tells of itself.
 *
 * @param known the names of the steps of the store's schema
 * @throws StoreUnusable when it is damaged, no backup, or made by a newer version
 */
export async function readBackup(file: string, known: readonly string[]): Promise<BackupNotes> {
  if (!existsSync(file)) throw new Error(`There is no file ${file}.`);
  const remedy = 'Use a file that "npm run backup" made. Nothing was changed.';
  await requireSound(file);
  const copy = openDatabase(`sqlite:${file}`, 'inspect');
  const { knex } = copy;
  try {
    const tables = await knex('sqlite_master').where({ type: 'table' }).pluck<string[]>('name');
    if (!tables.includes(backupTable) || !tables.includes(storeMigrationsTable)) {
      throw new StoreUnusable(`${file} is no backup of a store.`, remedy);
    }
    const steps = await knex(storeMigrationsTable).pluck<string[]>('name');
    const unknown = steps.filter((name) => !known.includes(name));
    if (unknown.length > 0) {
      throw new StoreUnusable(
        `The backup was made by a newer version of this program (it knows ${unknown.join(', ')}).`,
        'Restore it with that version. Nothing was changed.',
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
export async function requireSound(file: string): Promise<void> {
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

/** Sees to it that a file, or the names in a folder, are on the disk. */
export function syncPath(path: string): void {
  const opened = openSync(path, 'r');
  try {
    fsyncSync(opened);
  } finally {
    closeSync(opened);
  }
}
