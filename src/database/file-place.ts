import { realpathSync, statSync } from 'node:fs';
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
 * Why: docs/decisions/store-file.md
 *
 * @param path absolute; a symbolic link is resolved at each check, as a restart would resolve it
 */
export function createFilePlace(path: string): FilePlace {
  const noted = new Map<string, string>();
  let isNoted = false;
  let head: FileHead | undefined;
  let growth = 0;
  let wasLogSound = false;
  // Remember an overwritten file, because SQLite's next write would hide the damage.
  let overwritten: LostFile | undefined;

  const noteMissing = (target: string): void => {
    for (const suffix of suffixes) {
      const identity = noted.has(suffix) ? undefined : identityOf(target + suffix);
      if (identity !== undefined) noted.set(suffix, identity);
    }
  };

  const look = (): LostFile | undefined => {
    const target = realpathSync.native(path);
    for (const suffix of suffixes) {
      const expected = noted.get(suffix);
      const found = identityOf(target + suffix);
      if (found === expected) continue;
      // SQLite makes its log at the first write.
      if (expected === undefined) noted.set(suffix, found as string);
      else return { reason: reasonOf(path + suffix, found), isLogOnly: suffix !== '', isOverwritten: false };
    }
    return (overwritten = findOverwriting(target));
  };

  /** Finds writes by other programs into the same files, such as `cp` onto an existing file. */
  const findOverwriting = (target: string): LostFile | undefined => {
    const lost = (what: string): LostFile => ({
      reason: `${what} while it is in use.`,
      isLogOnly: false,
      isOverwritten: true,
    });
    const isSound = isLogHead(`${target}-wal`);
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
        isNoted = noted.has('');
        head ??= openHeads.take(target);
      } catch {
        // The file is gone already. If it was noted before, the next check reports it.
      }
    },
    findLoss() {
      if (!isNoted) return undefined;
      if (overwritten !== undefined) return overwritten;
      try {
        return look();
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        const found = code === 'ENOENT' || code === 'ENOTDIR' ? undefined : (code ?? 'unknown error');
        const reason =
          found === undefined ? reasonOf(path, undefined) : `${path} cannot be checked (${found}).`;
        return { reason, isLogOnly: false, isOverwritten: false };
      }
    },
    close() {
      head?.release();
      head = undefined;
    },
  };
}

/** Device and inode, as bigint: some file systems have inode numbers that a number cannot hold. */
function identityOf(path: string): string | undefined {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found === undefined ? undefined : `${found.dev}:${found.ino}`;
}

function reasonOf(path: string, found: string | undefined): string {
  return found === undefined
    ? `${path} was moved or removed while it is in use.`
    : `${path} was replaced by another file while it is in use.`;
}
