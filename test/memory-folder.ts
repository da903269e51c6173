import { existsSync, mkdtempSync, readdirSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// Only Linux has this folder. In a container it is often small.
const memory = '/dev/shm';
const roomBytes = 2 * 1024 ** 3;

/** Makes a folder in memory for temporary files, or on the disk where memory has no such place or no room. */
export function makeMemoryFolder(): string {
  if (!hasRoom()) return mkdtempSync(join(tmpdir(), 'jet-tests-'));
  removeLeftovers();
  return mkdtempSync(join(memory, `jet-tests-${process.pid}-`));
}

function hasRoom(): boolean {
  if (!existsSync(memory)) return false;
  const { bavail, bsize } = statfsSync(memory);
  return bavail * bsize >= roomBytes;
}

/** Removes the folders of runs that were killed. */
function removeLeftovers(): void {
  for (const name of readdirSync(memory)) {
    const [, pid] = /^jet-tests-(\d+)-/.exec(name) ?? [];
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) {
      rmSync(join(memory, name), { recursive: true, force: true });
    }
  }
}
