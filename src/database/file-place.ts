import { closeSync, fstatSync, lstatSync, openSync, realpathSync, statSync, type BigIntStats } from 'node:fs';
import type { LostFile } from './database.ts';
import { isLogHead, openHeads, type FileHead } from './file-head.ts';

/** Watches whether the files of an open SQLite database are still the ones at its path. */
export interface FilePlace {
  /** Notes the identity of the files of a connection that was just opened. Only the first call notes the main file. */
  note(): void;
  /** Checks the files now. Undefined while every file is in place, and before a connection was opened. */
  findLoss(): LostFile | undefined;
  /** Ends the watch. Call it after the connections were closed. */
  close(): void;
}

const suffixes = ['', '-wal', '-shm'] as const;

/**
 * SQLite keeps writing into files that were unlinked, moved or replaced, and reports success. While a connection is open,
 * its log and shared memory must stay the same files: only the last connection removes them.
 * Why: docs/decisions/store-gate.md
 *
 * @param path absolute; a symbolic link is resolved at each check, as a restart would resolve it
 */
export function createFilePlace(path: string): FilePlace {
  const noted = new Map<string, Identity>();
  let head: FileHead | undefined;
  // The open log. While the log has its place, this is the file at its path.
  let log: number | undefined;
  let growth = 0;
  let wasLogSound = false;
  // Remember an overwritten file, because SQLite's next write would hide the damage.
  let overwritten: LostFile | undefined;

  const noteMissing = (target: string): void => {
    for (const suffix of suffixes) {
      if (noted.has(suffix)) continue;
      const found = statSync(target + suffix, asBigInts);
      if (found === undefined) continue;
      noted.set(suffix, suffix === '-wal' ? openLog(target + suffix) : found);
    }
  };

  const openLog = (file: string): Identity => {
    log = openSync(file, 'r');
    return fstatSync(log, asBigInts);
  };

  const look = (): LostFile | undefined => {
    const { target, main } = findMain(path);
    for (const suffix of suffixes) {
      const expected = noted.get(suffix);
      const found = suffix === '' ? main : statSync(target + suffix, asBigInts);
      if (isSame(found, expected)) continue;
      if (expected !== undefined)
        return {
          reason: reasonOf(path + suffix, found !== undefined),
          isLogOnly: suffix !== '',
          isOverwritten: false,
        };
      // SQLite makes its log at the first write.
      noteMissing(target);
    }
    return (overwritten = findOverwriting());
  };

  /** Finds writes by other programs into the same files, such as `cp` onto an existing file. */
  const findOverwriting = (): LostFile | undefined => {
    const lost = (what: string): LostFile => ({
      reason: `${what} while it is in use.`,
      isLogOnly: false,
      isOverwritten: true,
    });
    const isSound = log === undefined || isLogHead(log);
    // A power failure can leave a log without its header. SQLite starts such a log again at the first write.
    if (!isSound && wasLogSound) return lost(`${path}-wal was emptied or written over`);
    wasLogSound = isSound;
    const found = head?.readGrowth();
    // A new file is still empty.
    if (found === undefined) return growth === 0 ? undefined : lost(`${path} was emptied or written over`);
    if (found < growth) return lost(`${path} was replaced by an older state`);
    growth = found;
    return undefined;
  };

  return {
    note() {
      try {
        const target = realpathSync.native(path);
        noteMissing(target);
        head ??= openHeads.take(target);
      } catch {
        // The file is gone already. If it was noted before, the next check reports it.
      }
    },
    findLoss() {
      if (!noted.has('')) return undefined;
      if (overwritten !== undefined) return overwritten;
      try {
        return look();
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        const isGone = code === 'ENOENT' || code === 'ENOTDIR';
        const reason = isGone
          ? reasonOf(path, false)
          : `${path} cannot be checked (${code ?? 'unknown error'}).`;
        return { reason, isLogOnly: false, isOverwritten: false };
      }
    },
    close() {
      head?.release();
      head = undefined;
      if (log !== undefined) closeSync(log);
      log = undefined;
    },
  };
}

// As bigint: some file systems have inode numbers that a number cannot hold.
const asBigInts = { bigint: true, throwIfNoEntry: false } as const;

type Identity = Pick<BigIntStats, 'dev' | 'ino'>;

/** The place that a restart would find, and the file that is there. Only a symbolic link costs a second call. */
function findMain(path: string): { target: string; main: Identity | undefined } {
  const found = lstatSync(path, asBigInts);
  if (found?.isSymbolicLink() !== true) return { target: path, main: found };
  const target = realpathSync.native(path);
  return { target, main: statSync(target, asBigInts) };
}

function isSame(found: Identity | undefined, expected: Identity | undefined): boolean {
  return found?.ino === expected?.ino && found?.dev === expected?.dev;
}

function reasonOf(path: string, isThere: boolean): string {
  return isThere
    ? `${path} was replaced by another file while it is in use.`
    : `${path} was moved or removed while it is in use.`;
}
