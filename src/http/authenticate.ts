import type { RequestHandler } from 'express';
import { Passport } from 'passport';
import { callerNetwork } from '../auth/caller-address.ts';
import type { Refused, WebhookStrategy } from '../auth/webhook-strategy.ts';
import { Problem, storeUnavailable } from './problem.ts';

/**
 * Lets a request on when the strategy does; otherwise answers 401 or 403 with its challenge, or 429 to an
 * address that guessed too often.
 *
 * @param countFailure counts a guess; answers how long to tell the caller to wait, in milliseconds
 * @param isStoreAway true when an error says that the tokens cannot be looked up now
 */
export function authenticate(
  strategy: WebhookStrategy,
  countFailure: (address: string) => number,
  isStoreAway: (error: unknown) => boolean,
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
        const { challenge, isGuess } = refused as Refused;
        const waitMs = isGuess ? countFailure(callerNetwork(request)) : 0;
        next(refusal(status === 403, challenge, waitMs));
      }
    };
    const middleware = passport.authenticate(strategy.name, { session: false }, answer) as RequestHandler;
    void middleware(request, response, next);
  };
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
