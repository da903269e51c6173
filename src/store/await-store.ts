import { setTimeout as sleep } from 'node:timers/promises';
import { dialectOfUrl } from '../database/database-url.ts';
import type { Migration } from '../database/migration.ts';
import { isPoolTimeout } from '../database/open-database.ts';
import { dialects, type DriverError } from '../database/dialect.ts';
import { NoWrites } from '../database/write-fault.ts';
import { openStore, type Store } from './store.ts';
import { StoreUnusable } from '../database/store-unusable.ts';

/** The store did not answer within the waiting time. */
export class StoreUnreachable extends Error {
  override readonly name = 'StoreUnreachable';
}

const pauseMs = 1_000;

/**
 * Opens the store. Waits while it is unreachable or accepts no writes. A server may start later or be promoted, or
 * another process may have locked the file. Errors that waiting cannot fix are thrown at once.
 *
 * @param onWait called once, with the error that causes the wait
 * @throws StoreUnusable as {@link openStore} does, and when a server refuses the user, the password or the database
 * @throws StoreUnreachable when the store did not answer in time
 */
export async function awaitStore(
  url: string,
  migrations: readonly Migration[],
  waitMs: number,
  onWait: (error: unknown) => void,
): Promise<Store> {
  const untilMs = performance.now() + waitMs;
  for (let tries = 1; ; tries += 1) {
    try {
      return await openStore(url, migrations);
    } catch (error) {
      if (!isAway(url, error)) throw error;
      if (tries === 1) onWait(error);
      if (performance.now() + pauseMs > untilMs) {
        throw new StoreUnreachable(describeWait(error, waitMs), { cause: error });
      }
      await sleep(pauseMs);
    }
  }
}

function describeWait(error: unknown, waitMs: number): string {
  if (error instanceof NoWrites) return `After ${waitMs / 1000} s the store cannot be used. ${error.message}`;
  const { code, message } = error as NodeJS.ErrnoException;
  return `The store did not answer within ${waitMs / 1000} s (${code ?? message}).`;
}

function isAway(url: string, error: unknown): boolean {
  if (error instanceof StoreUnusable) return false;
  if (error instanceof NoWrites) return true;
  const name = dialectOfUrl(url);
  return name !== undefined && (isPoolTimeout(error) || dialects[name].isAway(error as DriverError));
}
