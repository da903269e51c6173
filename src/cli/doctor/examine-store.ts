import { existsSync } from 'node:fs';
import { firstStartFile, requireStoreOfKey, secretKeyFile } from '../../app/data-folder.ts';
import { checkSecretKey } from '../../auth/secret-key.ts';
import type { CoreSettings } from '../../config/core-schema.ts';
import type { Finding } from '../../contract/adapter.ts';
import type { Database } from '../../database/database.ts';
import { describeDatabase } from '../../database/describe/describe-database.ts';
import type { DatabaseFact } from '../../database/describe/question.ts';
import { databaseFile, openDatabase } from '../../database/open-database.ts';
import { readResting, type Resting } from '../../store/backlog.ts';
import { storeMigrations } from '../../store/migrations/index.ts';
import { checkStore, storeMigrationsTable } from '../../store/store.ts';
import type { StoreLoss } from '../../store/watch-file.ts';

export interface StoreExamined {
  /** True when the store has today's schema, so that it can be read. */
  readonly isUsable: boolean;
  readonly findings: Finding[];
}

const notThereYet: Finding = {
  level: 'ok',
  message: 'The store does not exist yet. It is made at the first start: npm start',
};

/** @param loss what the running receiver says of the store's file */
export async function examineStore(core: CoreSettings, loss: StoreLoss | undefined): Promise<StoreExamined> {
  const url = core.DATABASE_URL;
  const file = databaseFile(url);
  const unusable = (finding: Finding): StoreExamined => ({ isUsable: false, findings: [finding] });
  try {
    if (loss !== undefined) return unusable({ level: 'fault', message: loss.reason, remedy: loss.remedy });
    requireStoreOfKey(core);
    // A write-ahead log without its database file means a lost store, not a new one.
    if (file !== undefined && !existsSync(file) && !existsSync(`${file}-wal`))
      return unusable(existsSync(firstStartFile(core)) ? lostStore(file) : notThereYet);
    await checkStore(url);
    return await lookInto(core);
  } catch (error) {
    const { message, remedy } = error as Error & { remedy?: string };
    return unusable({
      level: 'fault',
      message,
      remedy: remedy ?? 'Check DATABASE_URL, and check that the database server is running.',
    });
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

async function lookInto(core: CoreSettings): Promise<StoreExamined> {
  const database = openDatabase(core.DATABASE_URL, 'inspect');
  try {
    const schema = await lookAtSchema(database);
    const server = (await describeDatabase(database)).map(asFinding);
    if (schema.level !== 'ok' || schema === notThereYet)
      return { isUsable: false, findings: [schema, ...server] };
    return {
      isUsable: true,
      findings: [
        schema,
        ...server,
        ...(await lookAtSecretKey(database, core)),
        ...describeResting(await readResting(database.knex), core.ADAPTERS),
      ],
    };
  } finally {
    await database.close();
  }
}

/** What needs no remedy is right. */
function asFinding({ message, remedy }: DatabaseFact): Finding {
  return remedy === undefined ? { level: 'ok', message } : { level: 'warning', message, remedy };
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
        remedy:
          'Start the receiver: it runs them. To print them for an administrator: npm run --silent migrations -- --print --missing',
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
