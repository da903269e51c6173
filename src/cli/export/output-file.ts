import { existsSync } from 'node:fs';
import { link, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { UsageError } from '../command-context.ts';

/** A file that appears under its name only when it is complete. */
export interface OutputFile {
  readonly write: (piece: string | Uint8Array) => Promise<void>;
  /** Syncs the file and gives it its name. */
  finish(): Promise<void>;
  /** Removes the incomplete file. Does nothing after `finish`. */
  discard(): Promise<void>;
}

/**
 * Opens a file beside its final name, so that nobody reads an incomplete file.
 *
 * @throws UsageError when the file exists and must not be replaced
 */
export async function openOutputFile(path: string, replace: boolean): Promise<OutputFile> {
  const file = resolve(path);
  const refuse = (): UsageError =>
    new UsageError(`The file ${file} exists already. Give another name, or --force to replace it.`);
  if (!replace && existsSync(file)) throw refuse();
  const part = join(dirname(file), `.${basename(file)}.${process.pid}.part`);
  const handle = await openPart(part);
  let state: 'open' | 'finished' | 'discarded' = 'open';
  return {
    async write(piece) {
      await handle.appendFile(piece);
    },
    async finish() {
      await handle.sync();
      await handle.close();
      state = 'finished';
      if (replace) return rename(part, file);
      try {
        // Unlike a rename, a link never replaces a file that appeared meanwhile.
        await link(part, file);
        await rm(part);
      } catch (error) {
        if (!existsSync(file)) return rename(part, file);
        await rm(part, { force: true });
        throw (error as NodeJS.ErrnoException).code === 'EEXIST' ? refuse() : error;
      }
    },
    async discard() {
      if (state !== 'open') return;
      state = 'discarded';
      await handle.close();
      await rm(part, { force: true });
    },
  };
}

async function openPart(part: string): Promise<FileHandle> {
  try {
    // Only the owner of the file can read the call data.
    return await open(part, 'w', 0o600);
  } catch (error) {
    const { code = 'no code' } = error as NodeJS.ErrnoException;
    throw new UsageError(
      `The file cannot be made in ${dirname(part)} (${code}). Check the folder and its permissions.`,
      { cause: error },
    );
  }
}
