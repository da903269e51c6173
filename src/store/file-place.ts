import { realpathSync, statSync } from 'node:fs';
import type { LostFile } from '../domain/database.ts';

/** Watches whether the files of an open SQLite database are still the ones at its path. */
export interface FilePlace {
  /** Notes the files of a connection that was just opened. Only the first call notes the file itself. */
  note(): void;
  /** Looks now. Undefined while every file is in its place, and before a connection was opened. */
  findLoss(): LostFile | undefined;
}

const ends = ['', '-wal', '-shm'] as const;

/**
 * SQLite writes on into files that were unlinked, moved or replaced, and reports success. While a connection is open,
 * nobody replaces its log or shared memory by right: only the last connection removes them.
 *
 * @param path absolute; a symbolic link is followed anew at each look, as a restart would follow it
 */
export function createFilePlace(path: string): FilePlace {
  const noted = new Map<string, string>();
  let isNoted = false;

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
      else return { reason: reasonOf(path + end, found), isLogOnly: end !== '' };
    }
    return undefined;
  };

  return {
    note() {
      try {
        noteMissing(realpathSync.native(path));
        isNoted = noted.has('');
      } catch {
        // It is gone already: what was noted before says so at the next look.
      }
    },
    findLoss() {
      if (!isNoted) return undefined;
      try {
        return look();
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        const found = code === 'ENOENT' || code === 'ENOTDIR' ? undefined : (code ?? 'unknown error');
        const reason =
          found === undefined ? reasonOf(path, undefined) : `${path} cannot be looked at (${found}).`;
        return { reason, isLogOnly: false };
      }
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
