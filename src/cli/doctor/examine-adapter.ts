import { existsSync } from 'node:fs';
import { createLogger } from '../../app/logger.ts';
import type { Settings } from '../../config/read-settings.ts';
import type { AdapterDefinition, Finding } from '../../contract/adapter.ts';
import { databaseFile, openDatabase } from '../../database/open-database.ts';
import type { JsonValue } from '../../domain/jet-fields.ts';
import { readNote } from '../../store/destination-notes.ts';
import { withAdapter } from '../adapter/one-adapter.ts';

const answersWithinMs = 30_000;

/** What an enabled adapter finds at its destination. When it throws, that is a finding too. */
export async function examineAdapter(
  definition: AdapterDefinition,
  settings: Settings,
): Promise<readonly Finding[]> {
  const config = settings.adapters.get(definition.name) ?? {};
  return withAdapter(
    { definition, config, settings },
    createLogger('silent'),
    (adapter) => adapter.check(AbortSignal.timeout(answersWithinMs)),
    (name) => readKeptNote(settings, definition.name, name),
  ).catch((error: unknown): Finding[] => {
    const { message, remedy = 'See the README of the adapter.' } = error as Error & { remedy?: string };
    return [{ level: 'fault', message, remedy }];
  });
}

/** A note that the running receiver keeps for the adapter. None when the store cannot be read: another check reports that. */
async function readKeptNote(
  { core: { DATABASE_URL: url } }: Settings,
  destination: string,
  name: string,
): Promise<JsonValue | undefined> {
  const file = databaseFile(url);
  if (file !== undefined && !existsSync(file)) return undefined;
  const database = openDatabase(url, 'inspect');
  try {
    return await readNote(database, destination, name, Date.now());
  } catch {
    return undefined;
  } finally {
    await database.close();
  }
}
