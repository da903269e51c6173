import { Passport, type PassportStatic } from 'passport';
import { Strategy } from 'passport-local';
import { readKeptSetting } from '../store/kept-settings.ts';
import type { Store } from '../store/store.ts';
import { callerNetwork } from './caller-address.ts';
import { hashPassword, verifyPassword } from './password.ts';

/** The one person who signs in. */
const operator = { name: 'operator' };

// A try takes half a second and 128 MiB, one at a time: a longer queue would only be an attack's. One address
// cannot fill it, so that an attacker does not keep the operator out.
const waitingMax = 8;
const waitingMaxEach = 2;

/** Too many sign-ins wait for their turn. */
export class SignInBusy extends Error {
  override readonly name = 'SignInBusy';
}

/**
 * Sign-in with the console password: the one of the settings, or else the one that the first start made.
 *
 * @param given `CONSOLE_PASSWORD`
 */
export function createOperatorSignIn(store: Store, given: string | undefined): PassportStatic {
  const passport = new Passport();
  const givenHash = given === undefined ? undefined : hashPassword(given);
  // It is awaited with the first sign-in, which then tells the failure.
  givenHash?.catch(() => undefined);
  const waiting: string[] = [];

  const isPassword = async (password: string, address: string): Promise<boolean> => {
    const own = waiting.filter((other) => other === address).length;
    if (waiting.length >= waitingMax || own >= waitingMaxEach)
      throw new SignInBusy('Too many sign-ins at once');
    waiting.push(address);
    try {
      const hash = await (givenHash ?? readKeptSetting(store, 'console_password_hash'));
      return hash !== undefined && (await verifyPassword(password, hash));
    } finally {
      waiting.splice(waiting.indexOf(address), 1);
    }
  };

  passport.use(
    // The page asks for a password only: both of the strategy's fields read it.
    new Strategy(
      { usernameField: 'password', passwordField: 'password', passReqToCallback: true },
      (request, _name, password, done) => {
        isPassword(password, callerNetwork(request)).then(
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
