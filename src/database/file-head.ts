import { closeSync, openSync, readSync, statSync } from 'node:fs';

/** The beginning of an SQLite database file, which is read beside its connections. */
export interface FileHead {
  /**
   * How far the file has grown: the count of schema changes before the count of pages. It never falls, since only VACUUM
   * takes pages away, and that counts as a schema change. An older copy has a smaller one. Undefined when the file does
   * not begin as an SQLite file does.
   */
  readGrowth(): number | undefined;
  release(): void;
}

const magic = 'SQLite format 3\0';
// As the file format of SQLite says, section 1.3.
const pagesAt = 28;
const schemaChangesAt = 40;
const logMagics = [0x377f0682, 0x377f0683];

interface OpenHead {
  readonly file: number;
  uses: number;
}

/**
 * Opens each file once in this process, and closes it only after all have released it: to close any descriptor of a file
 * takes back the locks that SQLite holds on it through others (POSIX).
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

function readGrowth(file: number): number | undefined {
  const head = Buffer.alloc(schemaChangesAt + 4);
  if (readSync(file, head, 0, head.length, 0) < head.length) return undefined;
  if (head.toString('latin1', 0, magic.length) !== magic) return undefined;
  return head.readUInt32BE(schemaChangesAt) * 2 ** 32 + head.readUInt32BE(pagesAt);
}

/** True for a log that SQLite reads at the next start: it is empty or not there, or begins as a log does. */
export function isLogHead(path: string): boolean {
  const head = Buffer.alloc(4);
  let file: number | undefined;
  try {
    // SQLite holds no lock on its log, so it can be closed again.
    file = openSync(path, 'r');
    return readSync(file, head, 0, 4, 0) === 0 || logMagics.includes(head.readUInt32BE(0));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true;
    throw error;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
