import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { CoreSettings } from '../config/core-schema.ts';
import { databaseFile } from '../database/open-database.ts';
import { StoreUnusable } from '../database/store-unusable.ts';

/** The folder for the files beside the store: the secret key and the first start's credentials. */
function dataFolder(core: CoreSettings): string {
  const file = databaseFile(core.DATABASE_URL);
  return file === undefined ? 'data' : dirname(file);
}

/**
 * Refuses to make a new store beside the key of an earlier one. Otherwise a lost or unmounted store would be replaced by an
 * empty store that does not know the earlier clients.
 *
 * @throws StoreUnusable when the store's file is missing but its key exists
 */
export function requireStoreOfKey(core: CoreSettings): void {
  const file = databaseFile(core.DATABASE_URL);
  const keyFile = secretKeyFile(core);
  // Check the key first: another process may be making both files, the store before the key.
  if (file === undefined || core.SECRET_KEY !== undefined || !existsSync(keyFile) || existsSync(file)) return;
  throw new StoreUnusable(
    `The store ${file} is missing, but its secret key ${keyFile} is there.`,
    `Put the store back, or restore a backup: npm run restore -- <file>. To begin with an empty store and a new client, move ${keyFile} away.`,
  );
}

/** The file of the secret key that the kit makes when none is set. */
export function secretKeyFile(core: CoreSettings): string {
  return join(dataFolder(core), 'secret-key');
}

/** The file for the first start's credentials, when there is no terminal to show them. */
export function firstStartFile(core: CoreSettings): string {
  return join(dataFolder(core), 'first-start.txt');
}

/** The files in which first starts have shown their credentials, and which nobody has removed yet. */
export function findFirstStartFiles(core: CoreSettings): string[] {
  const folder = dataFolder(core);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => /^first-start(?:-\d+)?\.txt$/.test(name))
    .map((name) => join(folder, name));
}

/** The usual paths of a store file, as absolute paths. */
export function usualStoreFiles(core: CoreSettings): string[] {
  return [...new Set([dataFolder(core), 'data'].map((folder) => resolve(folder, 'jet.sqlite')))];
}
