import { constants } from 'node:fs';
import { access, mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AdapterMisconfigured, DestinationUnavailable } from '#contract';
import type { Line } from './mapping.ts';

/** The operations on the destination that this adapter needs. Only this file accesses the destination. */
export interface Client {
  prepare(): Promise<void>;
  /** The lines by key. */
  read(signal?: AbortSignal): Promise<Map<string, Line>>;
  /** Replaces all lines, or none of them. */
  write(lines: Iterable<Line>, signal: AbortSignal): Promise<void>;
  /** Checks that the file can be written. */
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
        // Replaces the file in one step, so that a reader sees either all old lines or all new ones.
        await writeFile(`${path}.new`, text, { signal, flush: true });
        await rename(`${path}.new`, path);
      }),
    probe: () => translated(path, () => access(dirname(path), constants.W_OK)),
  };
}

async function readLines(path: string, signal: AbortSignal | undefined): Promise<Map<string, Line>> {
  // A missing folder does not mean an empty file: the drive may not be mounted.
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
      'Repair the file, or move it away.',
    );
  }
}

/**
 * Translates the destination's errors into the contract's two. Any other error is a bug in this adapter and is thrown
 * unchanged.
 */
async function translated<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const code = codeOf(error) ?? '';
    if (['EACCES', 'EPERM', 'EISDIR', 'ENOTDIR', 'EROFS'].includes(code)) {
      const remedy = 'Set TEMPLATE_PATH to a file that the receiver can write.';
      throw new AdapterMisconfigured(`${path} cannot be used (${code}).`, remedy, { cause: error });
    }
    if (['ENOENT', 'ENOSPC', 'EIO', 'EBUSY', 'EMFILE'].includes(code))
      throw new DestinationUnavailable(`${path} is unreachable (${code}).`, { cause: error });
    throw error;
  }
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
