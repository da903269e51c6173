import type { Database } from './database.ts';
import { dialects, type DriverError } from './dialect.ts';

/** The database server accepts no writes now. It can accept them later, or another server can take its place. */
export class NoWrites extends Error {
  override readonly name = 'NoWrites';
}

/**
 * Why a server accepts no writes now, as a sentence. Undefined when it accepts them, and for a file.
 *
 * @throws the driver's error when the server cannot be asked
 */
export async function findWriteFault({ knex, dialect }: Database): Promise<string | undefined> {
  const { refusesWrites, isReadOnly } = dialects[dialect];
  if (refusesWrites === undefined) return undefined;
  try {
    const row = await knex.first<{ refuses: boolean | number }>(knex.raw(`${refusesWrites} AS refuses`));
    if (row.refuses !== true && row.refuses !== 1) return undefined;
  } catch (error) {
    // A Galera node outside its cluster refuses every statement.
    if (!isReadOnly(error as DriverError)) throw error;
  }
  return 'The database server accepts no writes: it is a standby, is set to read-only, or is not part of its cluster.';
}
