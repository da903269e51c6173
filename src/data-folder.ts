import { dirname, join } from 'node:path';
import type { CoreSettings } from './config/core-schema.ts';
import { databaseFile } from './store/database.ts';

/** The folder for what is kept beside the store: its secret key, and what the first start made. */
export function dataFolder(core: CoreSettings): string {
  const file = databaseFile(core.DATABASE_URL);
  return file === undefined ? 'data' : dirname(file);
}

/** Where the secret key is kept that was made because none was given. */
export function secretKeyFile(core: CoreSettings): string {
  return join(dataFolder(core), 'secret-key');
}
