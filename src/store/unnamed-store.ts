import { existsSync } from 'node:fs';
import { openDatabase } from '../database/open-database.ts';
import { readKeptSetting } from './kept-settings.ts';
import { storeMigrationsTable, type Store } from './store.ts';

/**
 * Counts the calls of a store file that the settings do not name. Undefined when there is none, when it holds no call,
 * or when the named store was moved from it: both began with the same first start.
 */
export async function countCallsOfUnnamed(store: Store, file: string): Promise<number | undefined> {
  if (store.reader.file === file || !existsSync(file)) return undefined;
  const other = openDatabase(`sqlite:${file}`, 'inspect');
  try {
    if (!(await other.knex.schema.hasTable(storeMigrationsTable))) return undefined;
    const began = await readKeptSetting({ reader: other }, 'first_started_at');
    if (began !== undefined && began === (await readKeptSetting(store, 'first_started_at'))) return undefined;
    const [row] = await other.knex('calls').count<{ rows: number | string }[]>({ rows: '*' });
    return Number(row?.rows) || undefined;
  } catch {
    // A file that cannot be read is no store that somebody misses.
    return undefined;
  } finally {
    await other.close();
  }
}
