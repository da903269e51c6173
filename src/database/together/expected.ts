import type { Knex } from 'knex';
import type { Upsert } from '../database.ts';

/** The expected values of a column, as read before: the key with the value, or null where there was no row. */
export interface Expected {
  readonly table: string;
  readonly key: string;
  readonly column: string;
  readonly rows: readonly (readonly [key: string, value: number | null])[];
  /** Keys that must have no row. */
  readonly absent?: { readonly table: string; readonly key: string; readonly values: readonly string[] };
}

export interface UpsertTogether extends Upsert {
  /** Only updates existing rows and inserts none. Only for SQLite, where no row can be removed meanwhile. */
  readonly existingOnly?: boolean;
}

/**
 * Writes rows of several tables in one statement, which is its own transaction: all or nothing, and synced. So a
 * group of pushes makes one round trip to the database instead of one for each table.
 * Why: docs/decisions/databases.md
 *
 * @param name a name for SQLite's view; use the same name for the same tables and columns
 * @returns false when a value is not as expected, or a key has a row that must have none, or PostgreSQL refuses a value;
 *   then nothing was written
 */
export type WriteTogether = (
  knex: Knex,
  expected: Expected,
  upserts: readonly UpsertTogether[],
  name: string,
) => Promise<boolean>;
