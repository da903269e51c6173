import type { Request } from 'express';
import { Passport, type PassportStatic } from 'passport';
import { Strategy } from 'passport-local';
import type { ConsolePasswords } from './console-passwords.ts';
import type { DeviceCookies } from './device-cookie.ts';

/** The operator, who is the only person with a sign-in. */
interface Operator {
  readonly name: 'operator';
  /** The fingerprint of the password at sign-in. The session ends when the password changes. */
  readonly passwordFingerprint: string;
}

/**
 * Creates the sign-in of the consent page with the console password.
 *
 * When the password has changed, the session is deleted and the request counts as not signed in. The callback gets a
 * SignInBusy error when too many sign-ins are waiting.
 */
export function createOperatorSignIn(
  { checkOperator, isCurrent }: ConsolePasswords,
  { placeOf }: Pick<DeviceCookies, 'placeOf'>,
): PassportStatic {
  const passport = new Passport();
  passport.use(
    // The page has only a password field, so the strategy reads it as the user name too.
    new Strategy(
      { usernameField: 'password', passwordField: 'password', passReqToCallback: true },
      (request, _name, password, done) => {
        checkOperator(password, placeOf(request)).then(
          (passwordFingerprint) => {
            const operator: Operator | false = passwordFingerprint !== undefined && {
              name: 'operator',
              passwordFingerprint,
            };
            done(null, operator);
          },
          (error: unknown) => done(error),
        );
      },
    ),
  );
  passport.serializeUser((user, done) => done(null, user));
  type Done = (error: unknown, user?: Express.User | false) => void;
  passport.deserializeUser((request: Request, user: Partial<Operator>, done: Done) => {
    isCurrent('operator', user.passwordFingerprint).then(
      (current) => {
        if (current) done(null, user);
        else request.sessionStore.destroy(request.sessionID, (error: unknown) => done(error, false));
      },
      (error: unknown) => done(error),
    );
  });
  return passport as PassportStatic;
}
