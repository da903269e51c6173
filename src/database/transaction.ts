import { setTimeout as sleep } from 'node:timers/promises';
import type { Knex } from 'knex';
import type { Database } from './database.ts';
import { dialects, type DriverError } from './dialect.ts';

const triesMax = 6;
const pauseMs = 20;

/**
 * Runs work in a transaction. When the server rolled it back because of another transaction (a deadlock), the work runs
 * again, up to a limit: so the work must change nothing except the database.
 *
 * Throws the error of the work. A rollback can fail too (the connection is lost, or the database rolled back by itself);
 * that second error would hide the cause.
 */
export async function inTransaction<Result>(
  database: Database,
  work: (transaction: Knex.Transaction) => Promise<Result>,
): Promise<Result> {
  const { isConflict } = dialects[database.dialect];
  for (let tries = 1; ; tries += 1) {
    const thrown: unknown[] = [];
    try {
      return await database.knex.transaction(async (transaction) => {
        try {
          return await work(transaction);
        } catch (error) {
          thrown.push(error);
          throw error;
        }
      });
    } catch (error) {
      const cause = thrown.length > 0 ? thrown[0] : error;
      if (tries === triesMax || !isConflict(cause as DriverError)) throw cause;
    }
    await sleep(tries * pauseMs * Math.random());
  }
}
