import type { Database } from './database.ts';
import { dialects, type DriverError } from './dialect.ts';
import { inTransaction } from './transaction.ts';

/** The database server accepts no writes now. It can accept them later, or another server can take its place. */
export class NoWrites extends Error {
  override readonly name = 'NoWrites';
}

/**
 * Why a server accepts no writes now, as a sentence. Undefined when it accepts them, and for a file.
 *
 * @throws the driver's error when the server cannot be asked
 */
export async function findWriteFault(database: Database): Promise<string | undefined> {
  const { refusesWrites, isReadOnly } = dialects[database.dialect];
  if (refusesWrites === undefined) return undefined;
  try {
    // In a transaction, as every write: a pooler in statement mode refuses it at once.
    const row = await inTransaction(database, (transaction) =>
      transaction.first<{ refuses: boolean | number }>(transaction.raw(`${refusesWrites} AS refuses`)),
    );
    if (row.refuses !== true && row.refuses !== 1) return undefined;
  } catch (error) {
    // A Galera node outside its cluster refuses every statement.
    if (!isReadOnly(error as DriverError)) throw error;
  }
  return 'The database server accepts no writes: it is a standby, is set to read-only, or is not part of its cluster.';
}
