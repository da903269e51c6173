import { findExposures } from '../app/exposure.ts';
import { existsSync } from 'node:fs';
import { z } from 'zod';
import { adapters } from '../../adapters/index.ts';
import { storeMigrations } from '../store/migrations/index.ts';
import { checkSecretKey } from '../auth/secret-key.ts';
import type { CoreSettings } from '../config/core-schema.ts';
import type { Settings } from '../config/read-settings.ts';
import { firstStartFile, requireStoreOfKey, secretKeyFile } from '../app/data-folder.ts';
import type { Finding } from '../contract/adapter.ts';
import type { Database } from '../database/database.ts';
import type { JsonValue } from '../domain/jet-fields.ts';
import { createLogger } from '../app/logger.ts';
import { databaseFile, openDatabase } from '../database/open-database.ts';
import { findDurabilityFault } from '../database/durability.ts';
import { readNote } from '../store/destination-notes.ts';
import { readResting, type Resting } from '../store/backlog.ts';
import { checkStore, storeMigrationsTable } from '../store/store.ts';
import type { StoreLoss } from '../store/watch-file.ts';
import { createCommand, runCommand } from './command-context.ts';
import { loadSettings } from './load-settings.ts';
import { withAdapter } from './adapter/one-adapter.ts';
import { showFindings } from './adapter/show-findings.ts';

const adapterAnswersWithinMs = 30_000;
const receiverAnswersWithinMs = 3_000;

const lossSchema = z.object({ store: z.object({ reason: z.string(), remedy: z.string() }).optional() });

const notThereYet: Finding = {
  level: 'warning',
  message: 'The store does not exist yet.',
  remedy: 'The first start makes it: npm start',
};

const command = createCommand(
  'doctor',
  'Checks settings, database and every enabled adapter, and says what to do about each fault. Changes nothing.',
).action(async () => {
  const settings = loadSettings();
  let faults = showFindings('settings', [
    { level: 'ok', message: 'All settings can be used.' },
    ...readWarnings(settings),
  ]);
  faults += showFindings('store', await lookAtStore(settings));
  for (const definition of adapters.filter((adapter) => settings.core.ADAPTERS.includes(adapter.name))) {
    const config = settings.adapters.get(definition.name) ?? {};
    const findings = await withAdapter(
      { definition, config, settings },
      createLogger('silent'),
      (adapter) => adapter.check(AbortSignal.timeout(adapterAnswersWithinMs)),
      (name) => readKeptNote(settings, definition.name, name),
    ).catch((error: unknown): Finding[] => {
      // When one adapter throws, the others are still checked.
      const { message, remedy = 'See the README of the adapter.' } = error as Error & { remedy?: string };
      return [{ level: 'fault', message, remedy }];
    });
    faults += showFindings(definition.name, findings);
  }
  process.exitCode = faults > 0 ? 1 : 0;
});

await runCommand(command);

function readWarnings(settings: Settings): Finding[] {
  const { core } = settings;
  const findings = findExposures(settings).map((exposure): Finding => ({ level: 'warning', ...exposure }));
  if (core.PUBLIC_URL === undefined) {
    findings.push({
      level: 'warning',
      message: 'PUBLIC_URL is not set.',
      remedy: 'Set it to the https address under which Jet reaches this server.',
    });
  }
  if (core.SECRET_KEY === undefined && databaseFile(core.DATABASE_URL) === undefined) {
    findings.push({
      level: 'warning',
      message: 'SECRET_KEY is not set, and the store is on a database server.',
      remedy: 'Give every process that shares the store the same SECRET_KEY.',
    });
  }
  if (core.ROLE === 'deliver' && core.ADAPTERS.length === 0) {
    findings.push({
      level: 'warning',
      message: 'A process with ROLE=deliver has nothing to do: ADAPTERS is none.',
      remedy: 'Set ADAPTERS to the same adapters as in the receiving processes.',
    });
  }
  return findings;
}

async function lookAtStore({ core }: Settings): Promise<Finding[]> {
  const url = core.DATABASE_URL;
  const file = databaseFile(url);
  try {
    const loss = await askRunningReceiver(core);
    if (loss !== undefined) return [{ level: 'fault', message: loss.reason, remedy: loss.remedy }];
    requireStoreOfKey(core);
    // A write-ahead log without its database file means a lost store, not a new one.
    if (file !== undefined && !existsSync(file) && !existsSync(`${file}-wal`))
      return [existsSync(firstStartFile(core)) ? lostStore(file) : notThereYet];
    await checkStore(url);
    return await lookInto(core);
  } catch (error) {
    const { message, remedy } = error as Error & { remedy?: string };
    return [
      {
        level: 'fault',
        message,
        remedy: remedy ?? 'Check DATABASE_URL, and check that the database server is running.',
      },
    ];
  }
}

/** Only the receiver knows whether the file that it opened is still the file at the store's path. */
async function askRunningReceiver({ HOST, PORT }: CoreSettings): Promise<StoreLoss | undefined> {
  const host = HOST.includes(':') ? `[${HOST}]` : HOST;
  try {
    const answer = await fetch(`http://${host}:${PORT}/readyz`, {
      signal: AbortSignal.timeout(receiverAnswersWithinMs),
    });
    return lossSchema.parse(await answer.json()).store;
  } catch {
    // No receiver is running, or another program uses the port.
    return undefined;
  }
}

function lostStore(file: string): Finding {
  return {
    level: 'fault',
    message: `The store ${file} is missing, but a receiver was started here before: first-start.txt exists.`,
    remedy:
      'Put the store back, or restore a backup: npm run restore -- <file>. To begin with an empty store: npm start',
  };
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

async function lookInto(core: CoreSettings): Promise<Finding[]> {
  const database = openDatabase(core.DATABASE_URL, 'inspect');
  try {
    const schema = await lookAtSchema(database);
    const fault = await findDurabilityFault(database);
    const server: Finding[] = fault === undefined ? [] : [{ level: 'warning', ...fault }];
    if (schema.level !== 'ok') return [schema, ...server];
    return [
      schema,
      ...server,
      ...(await lookAtSecretKey(database, core)),
      ...describeResting(await readResting(database.knex), core.ADAPTERS),
    ];
  } finally {
    await database.close();
  }
}

async function lookAtSchema({ knex }: Database): Promise<Finding> {
  const isMade = await knex.schema.hasTable(storeMigrationsTable);
  const made = isMade ? await knex(storeMigrationsTable).pluck<string[]>('name') : [];
  const known = storeMigrations.map((migration) => migration.name);
  if (made.some((name) => !known.includes(name))) {
    return {
      level: 'fault',
      message: 'The store was made by a newer version of this program.',
      remedy: 'Start the newer version, or restore a backup from before it was installed.',
    };
  }
  if (made.length === 0) return notThereYet;
  const missing = known.length - made.length;
  return missing === 0
    ? { level: 'ok', message: 'The store is intact and up to date.' }
    : {
        level: 'warning',
        message: `The store lacks ${missing} ${missing === 1 ? 'migration' : 'migrations'}.`,
        remedy: 'Start the receiver: it runs them.',
      };
}

/** A process that only delivers needs no key. */
async function lookAtSecretKey(reader: Database, core: CoreSettings): Promise<Finding[]> {
  if (core.ROLE === 'deliver') return [];
  try {
    await checkSecretKey({ reader }, core, secretKeyFile(core));
    return [];
  } catch (error) {
    return [{ level: 'fault', message: (error as Error).message }];
  }
}

function describeResting(resting: ReadonlyMap<string, Resting>, destinations: readonly string[]): Finding[] {
  return destinations.flatMap((destination) =>
    (['rejected', 'exhausted'] as const).flatMap((state): Finding[] => {
      const count = resting.get(destination)?.[state] ?? 0;
      if (count === 0) return [];
      const subject = count === 1 ? '1 delivery is' : `${count} deliveries are`;
      return [
        {
          level: 'warning',
          message: `${subject} ${state} at ${destination} and will not be tried again.`,
          remedy: `To see the reasons: npm run replay -- --destination ${destination} --state ${state} --dry-run. Fix the cause, then run the command without --dry-run.`,
        },
      ];
    }),
  );
}
