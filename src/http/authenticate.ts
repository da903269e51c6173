import type { RequestHandler } from 'express';
import { Passport } from 'passport';
import { callerAddress } from '../auth/caller-address.ts';
import type { FailureThrottle } from '../auth/failure-throttle.ts';
import type { Refused, WebhookStrategy } from '../auth/webhook-strategy.ts';
import type { LimitedLog } from '../domain/limited-log.ts';
import { Problem, storeUnavailable } from './problem.ts';

/**
 * Lets a request on when the strategy does; otherwise answers 401 or 403 with its challenge, or 429 to an address that
 * guessed too often. The log says who failed, and with what kind of credential.
 *
 * @param throttle counts the guesses
 * @param isStoreAway true when an error says that the tokens cannot be looked up now
 */
export function authenticate(
  strategy: WebhookStrategy,
  throttle: FailureThrottle,
  isStoreAway: (error: unknown) => boolean,
  log: LimitedLog,
): RequestHandler {
  // By name: handed over as an object, passport would set one request's callbacks on the strategy that all share.
  const passport = new Passport();
  passport.use(strategy.name, strategy);
  return (request, response, next) => {
    const answer = (error: unknown, sender: unknown, refused: unknown, status: unknown): void => {
      if (error) {
        next(isStoreAway(error) ? storeUnavailable(error) : error);
      } else if (sender) {
        next();
      } else {
        const { challenge, guessKey, credential } = refused as Refused;
        const waitMs = guessKey === undefined ? 0 : throttle.fail(guessKey);
        const problem = refusal(status === 403, challenge, waitMs);
        const { code } = problem;
        const path = shownPath(request.path);
        log.warn({ code, path, credential, address: callerAddress(request) }, 'A webhook login failed');
        next(problem);
      }
    };
    const middleware = passport.authenticate(strategy.name, { session: false }, answer) as RequestHandler;
    void middleware(request, response, next);
  };
}

/** A path as a log can hold it. */
function shownPath(path: string): string {
  return path.slice(0, 100).replace(/[^\x21-\x7e]/g, '?');
}

function refusal(forbidden: boolean, challenge: string, waitMs: number): Problem {
  if (forbidden) {
    return new Problem('not_allowed', 'The access token lacks the scope for pushes.', {
      headers: { 'WWW-Authenticate': challenge },
    });
  }
  if (waitMs > 0) {
    return new Problem('too_many_failures', 'Wait before you try other credentials.', {
      headers: { 'Retry-After': String(Math.ceil(waitMs / 1000)) },
    });
  }
  return new Problem('not_authenticated', 'Send an access token, or the agreed header.', {
    headers: { 'WWW-Authenticate': challenge },
  });
}
