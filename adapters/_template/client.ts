import { constants } from 'node:fs';
import { access, mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AdapterMisconfigured, DestinationUnavailable } from '#contract';
import type { Line } from './mapping.ts';

/** The destination, as far as this adapter uses it. This is the one file that talks to it. */
export interface Client {
  prepare(): Promise<void>;
  /** The lines by their key. */
  read(signal?: AbortSignal): Promise<Map<string, Line>>;
  /** Replaces all lines, or none of them. */
  write(lines: Iterable<Line>, signal: AbortSignal): Promise<void>;
  /** Whether the file could be written. */
  probe(): Promise<void>;
}

export function createClient(path: string): Client {
  return {
    prepare: () =>
      translated(path, async () => {
        await mkdir(dirname(path), { recursive: true });
      }),
    read: (signal) => translated(path, () => readLines(path, signal)),
    write: (lines, signal) =>
      translated(path, async () => {
        const text = [...lines].map((line) => `${JSON.stringify(line)}\n`).join('');
        // A file is replaced in one step: whoever reads it sees all lines of before or all of after.
        await writeFile(`${path}.new`, text, { signal, flush: true });
        await rename(`${path}.new`, path);
      }),
    probe: () => translated(path, () => access(dirname(path), constants.W_OK)),
  };
}

async function readLines(path: string, signal: AbortSignal | undefined): Promise<Map<string, Line>> {
  // Where the folder is away the file is not empty: its drive is not mounted.
  await stat(dirname(path));
  const text = await readFile(path, { encoding: 'utf8', signal }).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return '';
    throw error;
  });
  const lines = text.split('\n').filter((line) => line !== '');
  return new Map(lines.map((line) => readLine(line, path)).map((line) => [line.key, line]));
}

function readLine(text: string, path: string): Line {
  try {
    return JSON.parse(text) as Line;
  } catch {
    throw new AdapterMisconfigured(
      `${path} holds a line that is not JSON.`,
      'Mend the file, or move it away.',
    );
  }
}

/** The destination's errors in the contract's two words. Anything else is a fault of ours, and goes on as it is. */
async function translated<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const code = codeOf(error) ?? '';
    if (['EACCES', 'EPERM', 'EISDIR', 'ENOTDIR', 'EROFS'].includes(code)) {
      const remedy = 'Let TEMPLATE_PATH name a file that the receiver may write.';
      throw new AdapterMisconfigured(`${path} cannot be used (${code}).`, remedy, { cause: error });
    }
    if (['ENOENT', 'ENOSPC', 'EIO', 'EBUSY', 'EMFILE'].includes(code))
      throw new DestinationUnavailable(`${path} is away (${code}).`, { cause: error });
    throw error;
  }
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
