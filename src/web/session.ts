import { createHmac } from 'node:crypto';
import { promisify } from 'node:util';
import type { CookieOptions, Request, RequestHandler, Response } from 'express';
import session from 'express-session';
import { equalInConstantTime } from '../auth/secrets.ts';
import { acceptedKeys, type SecretKeys } from '../store/secret-keys.ts';
import { isFromElsewhere, notOwnForm } from './own-form.ts';

export interface SessionDependencies {
  readonly sessions: session.Store;
  readonly secretKeys: SecretKeys;
  readonly publicUrl: string | undefined;
}

/** The session cookie. It is bound to this host, and to https when the public address is https. */
function sessionCookie(publicUrl: string | undefined): {
  name: string;
  secure: boolean;
  attributes: CookieOptions;
} {
  const secure = publicUrl?.startsWith('https:') === true;
  return {
    name: secure ? '__Host-jet-session' : 'jet-session',
    secure,
    attributes: { httpOnly: true, sameSite: 'lax', secure, path: '/' },
  };
}

/** The middleware for cookie sessions. */
export function useSessions({ sessions, secretKeys, publicUrl }: SessionDependencies): RequestHandler[] {
  const { name, secure, attributes } = sessionCookie(publicUrl);
  const markSecure: RequestHandler = (request, _response, next) => {
    // express-session sets a secure cookie only on a request that it considers secure. The settings say that the browser
    // uses https. A header cannot say it, because anybody can send one.
    if (secure) Object.defineProperty(request, 'secure', { value: true, configurable: true });
    next();
  };
  return [
    markSecure,
    session({
      store: sessions,
      // The first key signs. Cookies signed with any of the keys are accepted.
      secret: acceptedKeys(secretKeys).map((key) =>
        createHmac('sha256', key).update('session cookies').digest('hex'),
      ),
      name,
      resave: false,
      saveUninitialized: false,
      cookie: attributes,
    }),
  ];
}

/** Ends the session of a request: removes it from the store, and its cookie from the browser. */
export async function endSession(
  request: Request,
  response: Response,
  publicUrl: string | undefined,
): Promise<void> {
  await promisify(request.session.destroy.bind(request.session))();
  const { name, attributes } = sessionCookie(publicUrl);
  response.clearCookie(name, attributes);
}

/** A token for the forms of one session. It is derived, so the database need not store it. */
export function csrfToken(request: Request, secretKey: string): string {
  return createHmac('sha256', secretKey).update(`form of session ${request.sessionID}`).digest('hex');
}

/**
 * Accepts a form only from a page of this server.
 *
 * @throws Problem `not_allowed`
 */
export function requireOwnForm(
  request: Request,
  given: string | undefined,
  secretKeys: SecretKeys,
  publicUrl: string | undefined,
): void {
  const isOurs =
    given !== undefined &&
    acceptedKeys(secretKeys).some((key) => equalInConstantTime(given, csrfToken(request, key)));
  if (isFromElsewhere(request, publicUrl) || !isOurs) throw notOwnForm();
}
