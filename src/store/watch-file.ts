import { existsSync } from 'node:fs';
import type { LostFile } from '../database/database.ts';
import type { Log } from '../domain/log.ts';
import type { Store } from './store.ts';

/** Checks whether the next start will find what the store commits now. */
export interface FileWatch {
  /** Checks now. Undefined while the store's files are in place, and for a server. */
  readonly findLoss: () => StoreLoss | undefined;
  readonly stop: () => void;
}

export interface StoreLoss {
  readonly reason: string;
  readonly remedy: string;
}

const lookEveryMs = 1_000;

/** Checks once a second and on request. Logs when the file is lost and when it is back. */
export function watchStoreFile({ writer }: Pick<Store, 'writer'>, log: Log): FileWatch {
  let isLost = false;
  const findLoss = (): StoreLoss | undefined => {
    const lost = writer.findLostFile();
    if (lost === undefined) {
      if (isLost) log.info({}, 'The file of the store is in place again');
      isLost = false;
      return undefined;
    }
    const loss = { reason: lost.reason, remedy: remedyOf(lost, writer.file ?? '') };
    if (!isLost) {
      isLost = true;
      log.error(
        loss,
        'The store is not at its path any more: pushes are answered 503 and nothing is delivered until the file is back',
      );
      if (lost.isLogOnly) saveLog();
    }
    return loss;
  };
  /** Writes the lost log into the database file, unless another process has begun a new log meanwhile. */
  const saveLog = (): void => {
    if (existsSync(`${writer.file ?? ''}-wal`)) return;
    writer.knex.raw('PRAGMA wal_checkpoint(FULL)').then(
      () => log.info({}, 'The content of the lost log was written into the database file'),
      (error: unknown) =>
        log.error({ error }, 'The content of the lost log could not be written into the database file'),
    );
  };
  const timer = writer.file === undefined ? undefined : setInterval(findLoss, lookEveryMs).unref();
  return { findLoss, stop: () => clearInterval(timer) };
}

function remedyOf({ isLogOnly, isOverwritten }: LostFile, file: string): string {
  if (isOverwritten)
    return 'Stop the receiver and restore a backup: npm run restore -- <file>. With the present files, a start would fail or miss calls.';
  return isLogOnly
    ? 'Restart the receiver: when it stops, it writes the content of its log into the database file.'
    : `Stop the receiver, put the same file back at ${file} beside its -wal file, and start the receiver. If the file comes back earlier, the receiver continues by itself.`;
}
