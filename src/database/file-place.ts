import { realpathSync, statSync } from 'node:fs';
import type { LostFile } from './database.ts';
import { isLogHead, openHeads, type FileHead } from './file-head.ts';

/** Watches whether the files of an open SQLite database are still the ones at its path. */
export interface FilePlace {
  /** Notes the files of a connection that was just opened. Only the first call notes the file itself. */
  note(): void;
  /** Looks now. Undefined while every file is in its place, and before a connection was opened. */
  findLoss(): LostFile | undefined;
  /** Ends the watch. For after the connections were closed. */
  close(): void;
}

const ends = ['', '-wal', '-shm'] as const;

/**
 * SQLite writes on into files that were unlinked, moved or replaced, and reports success. While a connection is open,
 * nobody replaces its log or shared memory by right: only the last connection removes them.
 * Why: docs/decisions/store-file.md
 *
 * @param path absolute; a symbolic link is followed anew at each look, as a restart would follow it
 */
export function createFilePlace(path: string): FilePlace {
  const noted = new Map<string, string>();
  let isNoted = false;
  let head: FileHead | undefined;
  let growth = 0;
  let wasLogSound = false;
  // What was written over stays so: SQLite's next write would hide it.
  let overwritten: LostFile | undefined;

  const noteMissing = (target: string): void => {
    for (const end of ends) {
      const identity = noted.has(end) ? undefined : identityOf(target + end);
      if (identity !== undefined) noted.set(end, identity);
    }
  };

  const look = (): LostFile | undefined => {
    const target = realpathSync.native(path);
    for (const end of ends) {
      const expected = noted.get(end);
      const found = identityOf(target + end);
      if (found === expected) continue;
      // SQLite makes its log with the first write.
      if (expected === undefined) noted.set(end, found as string);
      else return { reason: reasonOf(path + end, found), isLogOnly: end !== '', isOverwritten: false };
    }
    return (overwritten = findOverwriting(target));
  };

  /** Somebody may write into the very files, as `cp` does onto a file that is there. */
  const findOverwriting = (target: string): LostFile | undefined => {
    const lost = (what: string): LostFile => ({
      reason: `${what} while it is in use.`,
      isLogOnly: false,
      isOverwritten: true,
    });
    const isSound = isLogHead(`${target}-wal`);
    // A power cut can leave a log without a beginning, which SQLite begins anew with the first write.
    if (!isSound && wasLogSound) return lost(`${path}-wal was emptied or written over`);
    wasLogSound = isSound;
    const found = head?.readGrowth();
    // A file of a moment ago holds nothing yet.
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
        // It is gone already: what was noted before says so at the next look.
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
          found === undefined ? reasonOf(path, undefined) : `${path} cannot be looked at (${found}).`;
        return { reason, isLogOnly: false, isOverwritten: false };
      }
    },
    close() {
      head?.release();
      head = undefined;
    },
  };
}

/** Device and inode. Bigint: some file systems number their inodes beyond what a number holds. */
function identityOf(path: string): string | undefined {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found === undefined ? undefined : `${found.dev}:${found.ino}`;
}

function reasonOf(path: string, found: string | undefined): string {
  return found === undefined
    ? `${path} was moved or removed while it is in use.`
    : `${path} was replaced by another file while it is in use.`;
}
