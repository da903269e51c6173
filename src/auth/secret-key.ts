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

type GivenKeys = Pick<CoreSettings, 'SECRET_KEY' | 'SECRET_KEY_PREVIOUS'>;

/**
 * Loads the keys of a store. A missing key is made only while the store has no clients. Once there are clients, a new
 * key would make all their secrets invalid, and nobody would know why.
 */
export async function secretKeysOf(store: Store, given: GivenKeys, file: string): Promise<SecretKeys> {
  const mayMake = (await readClients(store)).length === 0;
  return loadSecretKeys(given, file, mayMake);
}

/** Loads the keys from the settings. Without SECRET_KEY, the present key comes from the file. */
export function loadSecretKeys(given: GivenKeys, file: string, mayMake: boolean): SecretKeys {
  const present = loadSecretKey(given.SECRET_KEY, file, mayMake);
  const previous = given.SECRET_KEY_PREVIOUS;
  if (present !== previous) return { present, previous };
  throw new Error(
    `SECRET_KEY_PREVIOUS is the same key as in ${file}. To change the key, set the new one as SECRET_KEY. Otherwise remove SECRET_KEY_PREVIOUS.`,
  );
}

/**
 * Loads the key that client secrets are hashed with. This is the given key, or the key in the file. The first start
 * makes the file, and only its owner can read it.
 */
export function loadSecretKey(given: string | undefined, file: string, mayMake = true): string {
  if (given !== undefined) return given;
  const kept = keptSecretKey(file);
  if (kept !== undefined) return kept;
  if (!mayMake) {
    throw new Error(
      `The secret key file ${file} is missing, and without it no client secret is valid. Restore it from a backup, or set SECRET_KEY to the same key. If the key is lost, write a new one of at least 32 characters to this file and give each client a new secret: npm run client -- rotate <client id>`,
    );
  }
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  try {
    writeFileSync(file, `${randomText(64)}\n`, { mode: 0o600, flag: 'wx' });
    chmodSync(file, 0o600);
  } catch (error) {
    // Another process made the file in the meantime. Its key is used.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return keptSecretKey(file) ?? refuse(file);
}

const markText = 'the key of the clients';

/** Stores a mark of the key that client secrets are made with. The key cannot be computed from the mark. */
export async function markKey(store: Store, key: string, within?: Knex): Promise<void> {
  await keepSetting(store, 'secret_key_mark', hashSecret(markText, key), within);
}

/**
 * Checks that this process has the key that client secrets were made with. All processes that share a store need the
 * same key: a process with another key would refuse every secret, and nobody would know why. If the secrets were made
 * with the previous key, the mark is replaced by that of the present key.
 */
export async function requireKeyOfClients(store: Store, keys: SecretKeys): Promise<void> {
  if ((await findKeyOfClients(store, keys)) === keys.previous) await markKey(store, keys.present);
}

/**
 * Finds out which key the client secrets were made with. Without a stored mark, this is the present key.
 *
 * @throws Error when it is neither the present nor the previous key
 */
async function findKeyOfClients(store: Pick<Store, 'reader'>, keys: SecretKeys): Promise<string> {
  const mark = await readKeptSetting(store, 'secret_key_mark');
  if (mark === undefined) return keys.present;
  const key = acceptedKeys(keys).find((accepted) => mark === hashSecret(markText, accepted));
  if (key !== undefined) return key;
  const names =
    keys.previous === undefined ? 'SECRET_KEY is not' : 'Neither SECRET_KEY nor SECRET_KEY_PREVIOUS is';
  throw new Error(
    `${names} the key that the client secrets were made with, so all of them would be refused. All processes that share a store need the same key. To change the key, set the old one as SECRET_KEY_PREVIOUS. If the old key is lost, give each client a new secret: npm run client -- rotate <client id>`,
  );
}

/**
 * Checks the key as a start would, but creates nothing.
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

/** Reads the key from its file; undefined when the file does not exist. */
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

/** Makes a short mark that identifies a key without revealing it. */
export function markOfKey(key: string): string {
  return createHash('sha256').update(`mark ${key}`).digest('hex').slice(0, 16);
}

function refuse(file: string): never {
  throw new Error(
    `The secret key in ${file} is shorter than 32 characters, so it is damaged. Restore it from a backup: without it no client secret is valid.`,
  );
}
