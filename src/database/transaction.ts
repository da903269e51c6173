import { setTimeout as sleep } from 'node:timers/promises';
import type { Knex } from 'knex';
import type { Database } from './database.ts';
import { dialects, type DriverError } from './dialect.ts';

const triesMax = 6;
const pauseMs = 20;

/**
 * Runs work in a transaction. Where a server broke it off because of another transaction (a deadlock), it is
 * run again, a few times: so the work must change nothing but the database.
 *
 * Throws what the work threw. Where undoing fails too, because the connection is gone or the database undid
 * the transaction itself, the error of that would hide the cause.
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
