import type { Knex } from 'knex';
import type { Database } from './database.ts';
import type { Migration } from './migration.ts';
import { isClustered, underClusterLock } from './cluster-lock.ts';
import { dialects, type DriverError } from './dialect.ts';
import { makeSqliteFolder } from './sqlite.ts';
import { StoreUnusable } from './store-unusable.ts';

// The longest wait for another process that runs a migration on a server without transactional schema changes.
const lockWaitSeconds = 60;

/**
 * A migration name that marks the target of an unfinished move. No program version knows it, so every version refuses to
 * start on such a database.
 */
export const unfinishedMove: Migration = { name: 'move-not-finished', up: () => Promise.resolve() };

/**
 * Brings a schema up to date, one migration after the other. When two processes start at once, the second waits for the
 * first. A killed process leaves no lock behind.
 * Why: docs/decisions/transactions.md
 *
 * @param table the table with the names of finished migrations; one for each schema
 * @throws StoreUnusable when the database has a migration that this program does not know: a newer program made it
 */
export async function migrate(
  database: Database,
  table: string,
  migrations: readonly Migration[],
): Promise<void> {
  const { knex, file } = database;
  if (file !== undefined) makeSqliteFolder(file);
  const listed = await listMade(knex, table);
  const made = listed ?? [];
  const unknown = made.filter((name) => !migrations.some((migration) => migration.name === name));
  if (unknown.includes(unfinishedMove.name)) {
    throw new StoreUnusable(
      'A move into this database was not finished, so rows are missing in it.',
      'Run the move again with --replace and the same source: npm run move -- --help',
    );
  }
  if (unknown.length > 0) {
    throw new StoreUnusable(
      `The database was made by a newer version of this program (it has ${unknown.join(', ')}).`,
      'Start the newer version, or restore a backup from before it was installed.',
    );
  }
  const missing = migrations.filter(({ name }) => !made.includes(name));
  if (listed !== undefined && missing.length === 0) return;
  const patient = database.openPatiently();
  try {
    if (listed === undefined) await createMigrationsTable(knex, table);
    for (const migration of missing) {
      if (dialects[database.dialect].transactionalSchema) await make(patient, table, migration);
      else await makeUnderLock(patient, table, migration);
    }
  } catch (error) {
    throw file === undefined && isRefusedChange(database, error)
      ? await schemaRefused(knex, table, migrations, error)
      : error;
  } finally {
    await patient.close();
  }
}

/** The names of the migrations that a database has. Undefined when it has no table for them. */
export async function listMade(knex: Knex, table: string): Promise<string[] | undefined> {
  return (await knex.schema.hasTable(table)) ? knex(table).pluck<string[]>('name') : undefined;
}

/** True when the account may not change the schema. PlanetScale has no code of its own for that. */
function isRefusedChange(database: Database, error: unknown): boolean {
  return database.isRefused(error) || /direct DDL is disabled/i.test((error as Error).message);
}

async function schemaRefused(
  knex: Knex,
  table: string,
  migrations: readonly Migration[],
  cause: unknown,
): Promise<StoreUnusable> {
  const made = (await listMade(knex, table).catch(() => undefined)) ?? [];
  const missing = migrations.map(({ name }) => name).filter((name) => !made.includes(name));
  return new StoreUnusable(
    `The database account may not change the schema, and these steps are missing in it: ${missing.join(', ')}.`,
    'To print their SQL for an administrator: npm run --silent migrations -- --print --missing. Start again when it was run, or give the account the right to create and change tables.',
    { cause },
  );
}

/** The migration's name is inserted first: a second process waits on that row and then fails with a duplicate. */
async function make(database: Database, table: string, migration: Migration): Promise<void> {
  try {
    await database.knex.transaction(async (transaction) => {
      await transaction(table).insert({ name: migration.name, made_at: Date.now() });
      await migration.up(transaction, database);
    });
  } catch (error) {
    const another: unknown = await database.knex(table).where({ name: migration.name }).first();
    // Another process finished the same migration meanwhile: its row caused the duplicate.
    if (another !== undefined && dialects[database.dialect].isUniqueViolation(error as DriverError)) return;
    throw error;
  }
}

/**
 * MySQL and MariaDB commit at each schema change. A lock of the session therefore excludes other processes on this server,
 * and a lock in a table excludes those on other nodes of a Galera cluster. The name is inserted last: an interrupted
 * migration runs again.
 */
async function makeUnderLock(database: Database, table: string, migration: Migration): Promise<void> {
  await database.knex.transaction(async (holder) => {
    const lock = "CONCAT('jet migrate ', SHA1(CONCAT(DATABASE(), '.', ?)))";
    const answer: unknown = await holder.raw(`SELECT GET_LOCK(${lock}, ?) AS held`, [table, lockWaitSeconds]);
    const [[row]] = answer as [[{ held: number | null }]];
    if (row.held !== 1)
      throw new Error(
        'The schema was not changed, because another process has been changing it for more than a minute. Wait for that process, then start again.',
      );
    try {
      const work = (): Promise<void> => makeOnce(database, table, migration);
      if (await isClustered(database)) await underClusterLock(database, table, lockWaitSeconds * 1000, work);
      else await work();
    } finally {
      await holder.raw(`DO RELEASE_LOCK(${lock})`, [table]);
    }
  });
}

async function makeOnce(database: Database, table: string, migration: Migration): Promise<void> {
  const isMade = async (knex: Knex): Promise<boolean> =>
    (await knex(table).where({ name: migration.name }).first()) !== undefined;
  try {
    await database.knex.transaction(async (transaction) => {
      if (await isMade(transaction)) return;
      await migration.up(transaction, database);
      await transaction(table).insert({ name: migration.name, made_at: Date.now() });
    });
  } catch (error) {
    // A process that lost the lock can finish a step late. The step counts, whoever made it.
    if (!(await isMade(database.knex))) throw error;
  }
}

/** Makes the table with the names of finished migrations. Another process may make it at the same time. */
export async function createMigrationsTable(knex: Knex, table: string): Promise<void> {
  try {
    await knex.schema.createTable(table, (columns) => {
      columns.string('name', 100).primary();
      columns.bigInteger('made_at').notNullable();
    });
  } catch (error) {
    if (!(await knex.schema.hasTable(table))) throw error;
  }
}
