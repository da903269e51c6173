import type { RequestHandler, Response } from 'express';
import { Passport } from 'passport';
import { callerAddress } from '../auth/caller-address.ts';
import type { FailureThrottle } from '../auth/failure-throttle.ts';
import type { Refused, Sender, WebhookStrategy } from '../auth/webhook-strategy.ts';
import type { LimitedLog } from '../domain/limited-log.ts';
import { shownPath } from '../domain/shown/shown-path.ts';
import { Problem, storeUnavailable } from '../web/problem.ts';
import { requestIdOf } from '../web/request-id.ts';

/**
 * Accepts a request that the strategy accepts. Otherwise it answers 401 or 403 with the strategy's challenge, or 429 to
 * an address that guessed too often. The log names the address and the kind of credential.
 *
 * @param throttle counts the wrong guesses
 * @param isStoreUnavailable true when an error means that tokens cannot be looked up now
 */
export function authenticate(
  strategy: WebhookStrategy,
  throttle: FailureThrottle,
  isStoreUnavailable: (error: unknown) => boolean,
  log: LimitedLog,
): RequestHandler {
  // Registered by name: otherwise passport would set one request's callbacks on the strategy that all requests share.
  const passport = new Passport();
  passport.use(strategy.name, strategy);
  return (request, response, next) => {
    const answer = (error: unknown, sender: unknown, refused: unknown, status: unknown): void => {
      if (error) {
        next(isStoreUnavailable(error) ? storeUnavailable(error) : error);
      } else if (sender) {
        response.locals['sender'] = (sender as Sender).clientId ?? 'fixed header';
        next();
      } else {
        const { challenge, guessKey, credential } = refused as Refused;
        const waitMs = guessKey === undefined ? 0 : throttle.fail(guessKey);
        const problem = refusal(status === 403, challenge, waitMs);
        const { code } = problem;
        const path = shownPath(request.path);
        const requestId = requestIdOf(request);
        const facts = { code, path, credential, address: callerAddress(request), requestId };
        log.warn(facts, 'A webhook login failed');
        next(problem);
      }
    };
    const middleware = passport.authenticate(strategy.name, { session: false }, answer) as RequestHandler;
    void middleware(request, response, next);
  };
}

/** Who sent an accepted request: the id of an OAuth client, or `fixed header`. */
export function senderOf(response: Response): string | undefined {
  const sender: unknown = response.locals['sender'];
  return typeof sender === 'string' ? sender : undefined;
}

function refusal(forbidden: boolean, challenge: string, waitMs: number): Problem {
  if (forbidden) {
    return new Problem(
      'not_allowed',
      'The access token lacks the scope for pushes. Get a token with that scope.',
      {
        headers: { 'WWW-Authenticate': challenge },
        isLogged: true,
      },
    );
  }
  if (waitMs > 0) {
    return new Problem(
      'too_many_failures',
      'Too many wrong credentials came from this address. Wait before you try again.',
      {
        headers: { 'Retry-After': String(Math.ceil(waitMs / 1000)) },
        isLogged: true,
      },
    );
  }
  return new Problem(
    'not_authenticated',
    'Send a valid access token, or the header that is set up for this receiver.',
    {
      headers: { 'WWW-Authenticate': challenge },
      isLogged: true,
    },
  );
}
