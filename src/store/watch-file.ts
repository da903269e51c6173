import { existsSync } from 'node:fs';
import type { LostFile } from '../database/database.ts';
import type { Log } from '../domain/log.ts';
import type { Store } from './store.ts';

/** Whether what the store commits now will be found by the next start. */
export interface FileWatch {
  /** Looks now. Undefined while the store's files are in their place, and for a server. */
  readonly findLoss: () => StoreLoss | undefined;
  readonly stop: () => void;
}

export interface StoreLoss {
  readonly reason: string;
  readonly remedy: string;
}

const lookEveryMs = 1_000;

/** Looks once a second, and whenever it is asked. Logs when the file is lost, and when it is back. */
export function watchStoreFile({ writer }: Pick<Store, 'writer'>, log: Log): FileWatch {
  let isLost = false;
  const findLoss = (): StoreLoss | undefined => {
    const lost = writer.findLostFile();
    if (lost === undefined) {
      if (isLost) log.info({}, 'The file of the store is back in its place');
      isLost = false;
      return undefined;
    }
    const loss = { reason: lost.reason, remedy: remedyOf(lost, writer.file ?? '') };
    if (!isLost) {
      isLost = true;
      log.error(
        loss,
        'The store is not at its path any more: pushes are answered 503 and nothing is delivered until it is back',
      );
      if (lost.isLogOnly) saveLog();
    }
    return loss;
  };
  /** What the lost log holds goes into the file, unless another process has begun a log of its own meanwhile. */
  const saveLog = (): void => {
    if (existsSync(`${writer.file ?? ''}-wal`)) return;
    writer.knex.raw('PRAGMA wal_checkpoint(FULL)').then(
      () => log.info({}, 'What the lost log held is in the database file now'),
      (error: unknown) =>
        log.error({ error }, 'What the lost log holds could not be written into the database file'),
    );
  };
  const timer = writer.file === undefined ? undefined : setInterval(findLoss, lookEveryMs).unref();
  return { findLoss, stop: () => clearInterval(timer) };
}

function remedyOf({ isLogOnly, isOverwritten }: LostFile, file: string): string {
  if (isOverwritten)
    return 'Stop the receiver and restore a backup: npm run restore -- <file>. A start with the files as they are lacks calls, or fails.';
  return isLogOnly
    ? 'Restart the receiver: as it stops, it writes what its log holds into the database file.'
    : `Stop the receiver, put the same file back at ${file} beside its -wal file, and start the receiver. It goes on by itself if the file comes back before.`;
}
