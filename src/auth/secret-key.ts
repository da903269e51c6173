import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Knex } from 'knex';
import type { CoreSettings } from '../config/core-schema.ts';
import { acceptedKeys, type SecretKeys } from '../store/secret-keys.ts';
import { keepSetting, readKeptSetting } from '../store/kept-settings.ts';
import { readClients } from '../store/oauth/oauth-rows.ts';
import type { Store } from '../store/store.ts';
import { hashSecret, randomText } from './secrets.ts';

/** The settings that may give the keys. */
type GivenKeys = Pick<CoreSettings, 'SECRET_KEY' | 'SECRET_KEY_PREVIOUS'>;

/**
 * The keys of a store. The present one is made when there is none and the store has no clients yet. One made later would leave every
 * secret that was given out without effect, and nobody would know why.
 */
export async function secretKeysOf(store: Store, given: GivenKeys, file: string): Promise<SecretKeys> {
  const mayMake = (await readClients(store)).length === 0;
  return loadSecretKeys(given, file, mayMake);
}

/** The keys that are given, or the one that is kept in a file in place of SECRET_KEY. */
export function loadSecretKeys(given: GivenKeys, file: string, mayMake: boolean): SecretKeys {
  const present = loadSecretKey(given.SECRET_KEY, file, mayMake);
  const previous = given.SECRET_KEY_PREVIOUS;
  if (present !== previous) return { present, previous };
  throw new Error(
    `SECRET_KEY_PREVIOUS is the same key as the one in ${file}. To change the key, set the new one as SECRET_KEY. Otherwise remove SECRET_KEY_PREVIOUS.`,
  );
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
      `The secret key ${file} is not there, and the secrets of the clients were made under it. Restore it from a backup, or set SECRET_KEY. If it is lost, put a new one of 32 characters or more there and give each client a new secret: npm run client -- rotate <client id>`,
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
 * would know why. Where the previous key is that of the clients, the present one is noted in its place.
 */
export async function requireKeyOfClients(store: Store, keys: SecretKeys): Promise<void> {
  if ((await findKeyOfClients(store, keys)) === keys.previous) await markKey(store, keys.present);
}

/**
 * Which key the secrets of the clients were made under; the present one where none is noted.
 *
 * @throws Error when it is neither
 */
async function findKeyOfClients(store: Pick<Store, 'reader'>, keys: SecretKeys): Promise<string> {
  const mark = await readKeptSetting(store, 'secret_key_mark');
  if (mark === undefined) return keys.present;
  const key = acceptedKeys(keys).find((accepted) => mark === hashSecret(markText, accepted));
  if (key !== undefined) return key;
  const names =
    keys.previous === undefined ? 'SECRET_KEY is not' : 'Neither SECRET_KEY nor SECRET_KEY_PREVIOUS is';
  throw new Error(
    `${names} the one under which the secrets of the clients were made. All processes that share a store need the same one. To change it, set the one before as SECRET_KEY_PREVIOUS. If that is lost, give each client a new secret under this one: npm run client -- rotate <client id>`,
  );
}

/**
 * What a start would refuse of the key; nothing is made.
 *
 * @throws Error that says what to do
 */
export async function checkSecretKey(
  store: Pick<Store, 'reader'>,
  given: GivenKeys,
  file: string,
): Promise<void> {
  if ((await readClients(store)).length === 0) return;
  await findKeyOfClients(store, loadSecretKeys(given, file, false));
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
    `The secret key in ${file} is shorter than 32 characters. Restore it from a backup: without it no client secret is valid.`,
  );
}
