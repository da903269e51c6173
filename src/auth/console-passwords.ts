import { createHmac } from 'node:crypto';
import { acceptedKeys, type SecretKeys } from '../store/secret-keys.ts';
import { readKeptSetting } from '../store/kept-settings.ts';
import type { Store } from '../store/store.ts';
import type { SignInPlace } from './device-cookie.ts';
import { hashPassword, verifyPassword } from './password.ts';
import { equalInConstantTime } from './secrets.ts';
import { createSignInQueue } from './sign-in-queue.ts';

/** The settings for the passwords. */
export interface GivenPasswords {
  readonly CONSOLE_PASSWORD?: string | undefined;
  readonly CONSOLE_VIEWER_PASSWORD?: string | undefined;
}

/** What a signed-in person may do: an operator everything, a viewer only read, without whole phone numbers. */
export type Access = 'operator' | 'viewer';

/**
 * The passwords of the operator's pages. A session stores a keyed fingerprint of its password, so that it ends when the
 * password changes.
 */
export interface ConsolePasswords {
  /**
   * Checks the operator's password, which takes half a second. The result is its fingerprint; undefined for a wrong one.
   *
   * @throws SignInBusy when too many checks are waiting
   */
  readonly checkOperator: (password: string, place: SignInPlace) => Promise<string | undefined>;
  /** Checks the viewer's password. The result is its fingerprint; undefined for a wrong one, and when there is none. */
  readonly checkViewer: (password: string) => string | undefined;
  /** True when a fingerprint belongs to the present password. */
  readonly isCurrent: (access: Access, fingerprint: unknown) => Promise<boolean>;
}

/** Reads the operator's password from the settings or from the first start, and the viewer's from the settings. */
export function createConsolePasswords(
  store: Store,
  { CONSOLE_PASSWORD: given, CONSOLE_VIEWER_PASSWORD: viewers }: GivenPasswords,
  secretKeys: SecretKeys,
): ConsolePasswords {
  // Made at the first sign-in, because a slow hash at each start would delay the start.
  let givenHash: Promise<string> | undefined;
  // A password check takes half a second and 128 MiB, so each queue runs one check at a time. Browsers that signed in
  // before have a queue of their own, so that they wait for at most one check of a stranger.
  const queues = { stranger: createSignInQueue(8, 2), knownDevice: createSignInQueue(8, 2) };

  const readHash = (): Promise<string | undefined> =>
    given === undefined
      ? readKeptSetting(store, 'console_password_hash')
      : (givenHash ??= hashPassword(given));
  // A password from the settings gets a new salt after each start. Its fingerprint is therefore made from the password
  // itself, so that sessions survive a restart.
  const operatorFingerprint = (passwordOrHash: string, key = secretKeys.present): string =>
    createHmac('sha256', key).update(`console password ${passwordOrHash}`).digest('hex');
  const viewerFingerprint = (password: string, key = secretKeys.present): string =>
    createHmac('sha256', key).update(`console viewer password ${password}`).digest('hex');

  return {
    checkOperator: (password, { key, isKnownDevice }) =>
      queues[isKnownDevice ? 'knownDevice' : 'stranger'](key, async () => {
        const hash = await readHash();
        if (hash === undefined || !(await verifyPassword(password, hash))) return undefined;
        return operatorFingerprint(given ?? hash);
      }),
    // The settings hold the password itself, so a slow hash would protect nothing.
    checkViewer: (password) =>
      viewers !== undefined && equalInConstantTime(password, viewers)
        ? viewerFingerprint(viewers)
        : undefined,
    async isCurrent(access, fingerprint) {
      const secret = access === 'viewer' ? viewers : (given ?? (await readHash()));
      if (secret === undefined) return false;
      const make = access === 'viewer' ? viewerFingerprint : operatorFingerprint;
      return acceptedKeys(secretKeys).some((key) => fingerprint === make(secret, key));
    },
  };
}
