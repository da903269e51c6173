import { closeSync, openSync, readSync, statSync } from 'node:fs';

/** The beginning of an SQLite database file, read without SQLite. */
export interface FileHead {
  /**
   * A number that grows with the file: the schema change counter, then the page count. It never falls: only VACUUM
   * removes pages, and VACUUM counts as a schema change. An older copy has a smaller number. Undefined when the file does
   * not begin like an SQLite file.
   */
  readGrowth(): number | undefined;
  release(): void;
}

const magic = Buffer.from('SQLite format 3\0');
// Offsets from section 1.3 of the SQLite file format.
const pagesAt = 28;
const schemaChangesAt = 40;
const logMagics = [0x377f0682, 0x377f0683];

interface OpenHead {
  readonly file: number;
  uses: number;
}

/**
 * Opens each file once in this thread and closes it after its last release. POSIX drops the locks that SQLite holds on a
 * file when any descriptor of that file is closed, in any thread. So the store thread never closes its own.
 */
function createOpenHeads(): { take(path: string): FileHead } {
  const heads = new Map<string, OpenHead>();

  return {
    take(path) {
      const { dev, ino } = statSync(path, { bigint: true });
      const key = `${dev}:${ino}`;
      const head = heads.get(key) ?? { file: openSync(path, 'r'), uses: 0 };
      heads.set(key, head);
      head.uses += 1;
      return {
        readGrowth: () => readGrowth(head.file),
        release() {
          head.uses -= 1;
          if (head.uses > 0) return;
          heads.delete(key);
          closeSync(head.file);
        },
      };
    },
  };
}

export const openHeads = createOpenHeads();

// One buffer for all reads: they are synchronous.
const head = Buffer.alloc(schemaChangesAt + 4);

function readGrowth(file: number): number | undefined {
  if (readSync(file, head, 0, head.length, 0) < head.length) return undefined;
  if (magic.compare(head, 0, magic.length) !== 0) return undefined;
  return head.readUInt32BE(schemaChangesAt) * 2 ** 32 + head.readUInt32BE(pagesAt);
}

/**
 * True for an open log that SQLite reads at the next start: the log is empty or begins like a log.
 *
 * @param file a descriptor. SQLite holds no lock on its log, so closing the descriptor is safe.
 */
export function isLogHead(file: number): boolean {
  return readSync(file, head, 0, 4, 0) === 0 || logMagics.includes(head.readUInt32BE(0));
}
