import { Passport, type PassportStatic } from 'passport';
import { Strategy } from 'passport-local';
import { readKeptSetting } from '../store/kept-settings.ts';
import type { Store } from '../store/store.ts';
import type { DeviceCookies, SignInPlace } from './device-cookie.ts';
import { hashPassword, verifyPassword } from './password.ts';
import { createSignInQueue } from './sign-in-queue.ts';

/** The one person who signs in. */
const operator = { name: 'operator' };

/**
 * Sign-in with the console password: the one of the settings, or else the one that the first start made.
 *
 * Throws SignInBusy to the callback when too many wait.
 *
 * @param given `CONSOLE_PASSWORD`
 */
export function createOperatorSignIn(
  store: Store,
  given: string | undefined,
  { placeOf }: Pick<DeviceCookies, 'placeOf'>,
): PassportStatic {
  const passport = new Passport();
  const givenHash = given === undefined ? undefined : hashPassword(given);
  // It is awaited with the first sign-in, which then tells the failure.
  givenHash?.catch(() => undefined);
  // A try takes half a second and 128 MiB. Strangers check one password at a time, and so do browsers that signed in
  // before: however many strangers wait, such a browser waits for one of them at most.
  const queues = { stranger: createSignInQueue(8, 2), knownDevice: createSignInQueue(8, 2) };

  const isPassword = (password: string, { key, isKnownDevice }: SignInPlace): Promise<boolean> =>
    queues[isKnownDevice ? 'knownDevice' : 'stranger'](key, async () => {
      const hash = await (givenHash ?? readKeptSetting(store, 'console_password_hash'));
      return hash !== undefined && (await verifyPassword(password, hash));
    });

  passport.use(
    // The page asks for a password only: both of the strategy's fields read it.
    new Strategy(
      { usernameField: 'password', passwordField: 'password', passReqToCallback: true },
      (request, _name, password, done) => {
        isPassword(password, placeOf(request)).then(
          (right) => done(null, right ? operator : false),
          (error: unknown) => done(error),
        );
      },
    ),
  );
  passport.serializeUser((_user, done) => done(null, operator.name));
  passport.deserializeUser((name, done) => done(null, name === operator.name ? operator : false));
  return passport as PassportStatic;
}
