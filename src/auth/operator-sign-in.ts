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

/** The one person who signs in. */
interface Operator {
  readonly name: 'operator';
  /** Of the password that signed in: the session ends once another one is set. */
  readonly passwordFingerprint: string;
}

/**
 * Sign-in with the console password: the one of the settings, or else the one that the first start made.
 *
 * A session holds a keyed fingerprint of the password that began it. A request of a session with another fingerprint
 * finds nobody signed in, and the session is deleted. Throws SignInBusy to the callback when too many wait.
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
  // It is awaited with the first sign-in, which then tells the failure.
  givenHash?.catch(() => undefined);
  // A try takes half a second and 128 MiB. Strangers check one password at a time, and so do browsers that signed in
  // before: however many strangers wait, such a browser waits for one of them at most.
  const queues = { stranger: createSignInQueue(8, 2), knownDevice: createSignInQueue(8, 2) };

  const readHash = (): Promise<string | undefined> =>
    givenHash ?? readKeptSetting(store, 'console_password_hash');
  // The hash of a password from the settings has another salt after each start, so its fingerprint is of the password.
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
    // The page asks for a password only: both of the strategy's fields read it.
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
