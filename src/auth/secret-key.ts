import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { randomText } from './secrets.ts';

/**
 * The key under which client secrets are hashed: the one given, or one that is made at first start and kept in
 * a file that only its owner can read.
 */
export function loadSecretKey(given: string | undefined, file: string): string {
  if (given !== undefined) return given;
  const kept = readKept(file);
  if (kept !== undefined) return kept;
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  try {
    writeFileSync(file, `${randomText(64)}\n`, { mode: 0o600, flag: 'wx' });
    chmodSync(file, 0o600);
  } catch (error) {
    // Another process made it meanwhile: its key counts.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return readKept(file) ?? refuse(file);
}

function readKept(file: string): string | undefined {
  let key: string;
  try {
    key = readFileSync(file, 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  return key.length >= 32 ? key : refuse(file);
}

function refuse(file: string): never {
  throw new Error(
    `The secret key in ${file} is shorter than 32 characters. Restore it from a back-up: without it no client secret is valid.`,
  );
}
