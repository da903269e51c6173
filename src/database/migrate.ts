import type { Knex } from 'knex';
import type { Database } from './database.ts';
import type { Migration } from './migration.ts';
import { dialects, type DriverError } from './dialect.ts';
import { makeSqliteFolder } from './sqlite.ts';
import { StoreUnusable } from './store-unusable.ts';

// How long a process waits for another one that is making a step on a server without transactional schema.
const lockWaitSeconds = 60;

/**
 * The step that a database knows while a move into it is under way. No start makes or knows it, so every version refuses
 * a database into which a move was broken off.
 */
export const unfinishedMove: Migration = { name: 'move-not-finished', up: () => Promise.resolve() };

/**
 * Brings a schema up to date, one step after the other. Of two processes that start at once the second waits
 * for the first, and a killed one leaves no lock behind.
 * Why: docs/decisions/migrations.md
 *
 * @param table where the names of the steps that were made are kept; one table a schema
 * @throws StoreUnusable when the database knows a step that this program does not: it was made by a newer one
 */
export async function migrate(
  database: Database,
  table: string,
  migrations: readonly Migration[],
): Promise<void> {
  const { knex, file } = database;
  if (file !== undefined) makeSqliteFolder(file);
  if (!(await knex.schema.hasTable(table))) await createTable(knex, table);
  const made = new Set(await knex(table).pluck<string[]>('name'));
  const unknown = [...made].filter((name) => !migrations.some((migration) => migration.name === name));
  if (unknown.includes(unfinishedMove.name)) {
    throw new StoreUnusable(
      'A move into this database was not finished, so rows are missing in it.',
      'Run the move again from the database that it read, with --replace: npm run move -- --help',
    );
  }
  if (unknown.length > 0) {
    throw new StoreUnusable(
      `The database was made by a newer version of this program (it knows ${unknown.join(', ')}).`,
      'Start the newer version, or restore a back-up from before it was installed.',
    );
  }
  const missing = migrations.filter(({ name }) => !made.has(name));
  if (missing.length === 0) return;
  const patient = database.openPatiently();
  try {
    for (const migration of missing) {
      if (dialects[database.dialect].transactionalSchema) await make(patient, table, migration);
      else await makeUnderLock(patient, table, migration);
    }
  } finally {
    await patient.close();
  }
}

/** The step's name is written first in its transaction: a second process waits there, and runs into it. */
async function make(database: Database, table: string, migration: Migration): Promise<void> {
  try {
    await database.knex.transaction(async (transaction) => {
      await transaction(table).insert({ name: migration.name, made_at: Date.now() });
      await migration.up(transaction, database);
    });
  } catch (error) {
    const another: unknown = await database.knex(table).where({ name: migration.name }).first();
    // Another process made the same step meanwhile: its row is what ours ran into.
    if (another !== undefined && dialects[database.dialect].isUniqueViolation(error as DriverError)) return;
    throw error;
  }
}

/**
 * MySQL and MariaDB commit at each change of the schema, so a lock of the session keeps the others out, and the
 * name is written last: a step that was broken off is made again.
 */
async function makeUnderLock(database: Database, table: string, migration: Migration): Promise<void> {
  await database.knex.transaction(async (holder) => {
    const lock = "CONCAT('jet migrate ', SHA1(CONCAT(DATABASE(), '.', ?)))";
    const answer: unknown = await holder.raw(`SELECT GET_LOCK(${lock}, ?) AS held`, [table, lockWaitSeconds]);
    const [[row]] = answer as [[{ held: number | null }]];
    if (row.held !== 1) throw new Error('Another process has been changing the schema for too long.');
    try {
      await database.knex.transaction(async (transaction) => {
        const made: unknown = await transaction(table).where({ name: migration.name }).first();
        if (made !== undefined) return;
        await migration.up(transaction, database);
        await transaction(table).insert({ name: migration.name, made_at: Date.now() });
      });
    } finally {
      await holder.raw(`DO RELEASE_LOCK(${lock})`, [table]);
    }
  });
}

async function createTable(knex: Knex, table: string): Promise<void> {
  try {
    await knex.schema.createTable(table, (columns) => {
      columns.string('name', 100).primary();
      columns.bigInteger('made_at').notNullable();
    });
  } catch (error) {
    if (!(await knex.schema.hasTable(table))) throw error;
  }
}
