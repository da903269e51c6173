import { existsSync } from 'node:fs';
import { openDatabase } from '../../database/open-database.ts';
import { readKeptSetting } from '../kept-settings.ts';
import { storeMigrationsTable, type Store } from '../store.ts';

/**
 * Counts the calls in a store file that the settings do not name. Undefined when there is no such file or no call in
 * it. Also undefined when the present store was moved from it, because both then have the same first start.
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
    // Nobody needs a warning about a file that cannot be read.
    return undefined;
  } finally {
    await other.close();
  }
}
