import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { CoreSettings } from '../config/core-schema.ts';
import { databaseFile } from '../database/open-database.ts';
import { StoreUnusable } from '../database/store-unusable.ts';

/** The folder for what is kept beside the store: its secret key, and what the first start made. */
function dataFolder(core: CoreSettings): string {
  const file = databaseFile(core.DATABASE_URL);
  return file === undefined ? 'data' : dirname(file);
}

/**
 * Refuses to begin anew beside what an earlier store left: without this, a store that was lost or not mounted would
 * be replaced by an empty one that knows no client of the earlier one.
 *
 * @throws StoreUnusable when the store's file is missing and the key that was made for it is there
 */
export function requireStoreOfKey(core: CoreSettings): void {
  const file = databaseFile(core.DATABASE_URL);
  const keyFile = secretKeyFile(core);
  // The key first: another process may be making both, the store before the key.
  if (file === undefined || core.SECRET_KEY !== undefined || !existsSync(keyFile) || existsSync(file)) return;
  throw new StoreUnusable(
    `The store ${file} is missing, but its secret key ${keyFile} is there.`,
    `Put the store back, or restore a backup: npm run restore -- <file>. To begin with an empty store and a new client, move ${keyFile} away.`,
  );
}

/** Where the secret key is kept that was made because none was given. */
export function secretKeyFile(core: CoreSettings): string {
  return join(dataFolder(core), 'secret-key');
}

/** Where the first start puts the credentials that it made, unless it shows them on a terminal. */
export function firstStartFile(core: CoreSettings): string {
  return join(dataFolder(core), 'first-start.txt');
}

/** Where a store is kept unless the settings name another place, as absolute paths. */
export function usualStoreFiles(core: CoreSettings): string[] {
  return [...new Set([dataFolder(core), 'data'].map((folder) => resolve(folder, 'jet.sqlite')))];
}
