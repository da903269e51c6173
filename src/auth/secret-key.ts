import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Knex } from 'knex';
import { keepSetting, readKeptSetting } from '../store/kept-settings.ts';
import { readClients } from '../store/oauth/oauth-rows.ts';
import type { Store } from '../store/store.ts';
import { hashSecret, randomText } from './secrets.ts';

/**
 * The key of a store, made when there is none and the store has no clients yet. One made later would leave every
 * secret that was given out without effect, and nobody would know why.
 */
export async function secretKeyOf(store: Store, given: string | undefined, file: string): Promise<string> {
  const mayMake = (await readClients(store)).length === 0;
  return loadSecretKey(given, file, mayMake);
}

/**
 * The key under which client secrets are hashed: the one given, or one that is made at first start and kept in
 * a file that only its owner can read.
 */
export function loadSecretKey(given: string | undefined, file: string, mayMake = true): string {
  if (given !== undefined) return given;
  const kept = keptSecretKey(file);
  if (kept !== undefined) return kept;
  if (!mayMake) {
    throw new Error(
      `The secret key ${file} is not there, and the secrets of the clients were made under it. Restore it from a back-up, or set SECRET_KEY. If it is lost, put a new one of 32 characters or more there and give each client a new secret: npm run client -- rotate <client id>`,
    );
  }
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  try {
    writeFileSync(file, `${randomText(64)}\n`, { mode: 0o600, flag: 'wx' });
    chmodSync(file, 0o600);
  } catch (error) {
    // Another process made it meanwhile: its key counts.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return keptSecretKey(file) ?? refuse(file);
}

const markText = 'the key of the clients';

/** Notes under which key the secrets of the clients are made; the key cannot be told from it. */
export async function markKey(store: Store, key: string, within?: Knex): Promise<void> {
  await keepSetting(store, 'secret_key_mark', hashSecret(markText, key), within);
}

/**
 * Of several processes that share a store each needs the same key: one with another would take no secret, and nobody
 * would know why.
 */
export async function requireKeyOfClients(store: Pick<Store, 'reader'>, key: string): Promise<void> {
  const mark = await readKeptSetting(store, 'secret_key_mark');
  if (mark === undefined || mark === hashSecret(markText, key)) return;
  throw new Error(
    'SECRET_KEY is not the one under which the secrets of the clients were made. All processes that share a store need the same one. If it is lost, give each client a new secret under this one: npm run client -- rotate <client id>',
  );
}

/**
 * What a start would refuse of the key; nothing is made.
 *
 * @throws Error that says what to do
 */
export async function checkSecretKey(
  store: Pick<Store, 'reader'>,
  given: string | undefined,
  file: string,
): Promise<void> {
  if ((await readClients(store)).length === 0) return;
  await requireKeyOfClients(store, loadSecretKey(given, file, false));
}

/** The key in a file, or undefined when there is no such file. */
export function keptSecretKey(file: string): string | undefined {
  let key: string;
  try {
    key = readFileSync(file, 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  return key.length >= 32 ? key : refuse(file);
}

/** What tells a key from another one without being it. */
export function markOfKey(key: string): string {
  return createHash('sha256').update(`mark ${key}`).digest('hex').slice(0, 16);
}

function refuse(file: string): never {
  throw new Error(
    `The secret key in ${file} is shorter than 32 characters. Restore it from a back-up: without it no client secret is valid.`,
  );
}
