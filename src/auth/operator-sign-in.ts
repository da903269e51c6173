import { createHmac } from 'node:crypto';
import type { Request } from 'express';
import { Passport, type PassportStatic } from 'passport';
import { Strategy } from 'passport-local';
import { acceptedKeys, type SecretKeys } from '../store/secret-keys.ts';
import { readKeptSetting } from '../store/kept-settings.ts';
import type { Store } from '../store/store.ts';
import type { DeviceCookies, SignInPlace } from './device-cookie.ts';
import { hashPassword, verifyPassword } from './password.ts';
import { createSignInQueue } from './sign-in-queue.ts';

/** The operator, who is the only person with a sign-in. */
interface Operator {
  readonly name: 'operator';
  /** The fingerprint of the password at sign-in. The session ends when the password changes. */
  readonly passwordFingerprint: string;
}

/**
 * Creates the sign-in with the console password. The password comes from the settings, or from the first start.
 *
 * A session stores a keyed fingerprint of the password at sign-in. When the password has changed, the session is deleted
 * and the request counts as not signed in. The callback gets a SignInBusy error when too many sign-ins are waiting.
 *
 * @param given `CONSOLE_PASSWORD`
 */
export function createOperatorSignIn(
  store: Store,
  given: string | undefined,
  secretKeys: SecretKeys,
  { placeOf }: Pick<DeviceCookies, 'placeOf'>,
): PassportStatic {
  const passport = new Passport();
  const givenHash = given === undefined ? undefined : hashPassword(given);
  // The first sign-in awaits the hash and reports its failure. Until then, the failure must not crash the process.
  givenHash?.catch(() => undefined);
  // A password check takes half a second and 128 MiB, so each queue runs one check at a time. Browsers that signed in
  // before have a queue of their own, so that they wait for at most one check of a stranger.
  const queues = { stranger: createSignInQueue(8, 2), knownDevice: createSignInQueue(8, 2) };

  const readHash = (): Promise<string | undefined> =>
    givenHash ?? readKeptSetting(store, 'console_password_hash');
  // A password from the settings gets a new salt at each start. Its fingerprint is therefore made from the password
  // itself, so that sessions survive a restart.
  const fingerprint = (hash: string, key = secretKeys.present): string =>
    createHmac('sha256', key)
      .update(`console password ${given ?? hash}`)
      .digest('hex');

  const checkPassword = (password: string, { key, isKnownDevice }: SignInPlace): Promise<Operator | false> =>
    queues[isKnownDevice ? 'knownDevice' : 'stranger'](key, async () => {
      const hash = await readHash();
      if (hash === undefined || !(await verifyPassword(password, hash))) return false;
      return { name: 'operator', passwordFingerprint: fingerprint(hash) };
    });

  const isCurrent = async (passwordFingerprint: unknown): Promise<boolean> => {
    const hash = await readHash();
    if (hash === undefined) return false;
    return acceptedKeys(secretKeys).some((key) => passwordFingerprint === fingerprint(hash, key));
  };

  passport.use(
    // The page has only a password field, so the strategy reads it as the user name too.
    new Strategy(
      { usernameField: 'password', passwordField: 'password', passReqToCallback: true },
      (request, _name, password, done) => {
        checkPassword(password, placeOf(request)).then(
          (operator) => done(null, operator),
          (error: unknown) => done(error),
        );
      },
    ),
  );
  passport.serializeUser((user, done) => done(null, user));
  type Done = (error: unknown, user?: Express.User | false) => void;
  passport.deserializeUser((request: Request, user: Partial<Operator>, done: Done) => {
    isCurrent(user.passwordFingerprint).then(
      (current) => {
        if (current) done(null, user);
        else request.sessionStore.destroy(request.sessionID, (error: unknown) => done(error, false));
      },
      (error: unknown) => done(error),
    );
  });
  return passport as PassportStatic;
}
