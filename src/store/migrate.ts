import type { Knex } from 'knex';
import type { Database } from '../domain/database.ts';
import type { Migration } from '../domain/migration.ts';
import { dialects, type DriverError } from './dialect.ts';
import { StoreUnusable } from './store-unusable.ts';

/**
 * Brings a schema up to date, one transaction a step. The step's name is written first in its transaction, so
 * of two processes that start at once the second waits, and a killed one leaves no lock behind.
 *
 * @param table where the names of the steps that were made are kept; one table a schema
 * @throws StoreUnusable when the database knows a step that this program does not: it was made by a newer one
 */
export async function migrate(
  database: Database,
  table: string,
  migrations: readonly Migration[],
): Promise<void> {
  const { knex } = database;
  if (!(await knex.schema.hasTable(table))) await createTable(knex, table);
  const made = new Set(await knex(table).pluck<string[]>('name'));
  const unknown = [...made].filter((name) => !migrations.some((migration) => migration.name === name));
  if (unknown.length > 0) {
    throw new StoreUnusable(
      `The database was made by a newer version of this program (it knows ${unknown.join(', ')}).`,
      'Start the newer version, or restore a back-up from before it was installed.',
    );
  }
  for (const migration of migrations) {
    if (!made.has(migration.name)) await make(database, table, migration);
  }
}

async function make(database: Database, table: string, migration: Migration): Promise<void> {
  try {
    await database.knex.transaction(async (transaction) => {
      await transaction(table).insert({ name: migration.name, made_at: Date.now() });
      await migration.up(transaction, database);
    });
  } catch (error) {
    const another = await database.knex(table).where({ name: migration.name }).first<unknown>();
    // Another process made the same step meanwhile: its row is what ours ran into.
    if (another !== undefined && dialects[database.dialect].isUniqueViolation(error as DriverError)) return;
    throw error;
  }
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
