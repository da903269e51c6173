import type { RequestHandler } from 'express';
import type { Stage } from '../domain/stage.ts';
import { notThisMethod } from './fallbacks.ts';
import { Problem } from './problem.ts';
import { readBody } from './read-body.ts';
import { rawBodyOf, refusePush, type RefusalDependencies } from './refuse-push.ts';

// A slip in the sender's form must not lose calls: a body that comes by another method, or to an address beside
// ours, is kept like any other that is refused.

/**
 * For what no route has taken. Without credentials it is told what anybody is told.
 *
 * @param paths those that a sender may have meant
 */
export function keepMisdirected(
  authenticate: RequestHandler,
  paths: readonly string[],
  dependencies: RefusalDependencies,
): RequestHandler {
  const detail = `No push has this address; there are ${paths.join(', ')}.`;
  const keep: RequestHandler = async (request) => {
    const raw = rawBodyOf(request, await readBody(request), undefined);
    await refusePush(raw, new Problem('not_found', detail), dependencies);
  };
  return withBody((request, response, next) => {
    const decide = (refusal?: unknown): void => {
      if (refusal === undefined) Promise.resolve(keep(request, response, next)).catch(next);
      else if (request.headers.authorization === undefined) next();
      else next(refusal);
    };
    void authenticate(request, response, decide);
  });
}

export function keepOtherMethod(
  pathStage: Stage | undefined,
  dependencies: RefusalDependencies,
): RequestHandler {
  return async (request) => {
    const raw = rawBodyOf(request, await readBody(request), pathStage);
    await refusePush(raw, notThisMethod('POST'), dependencies);
  };
}

/** For requests that carry a body; others go on. */
export function withBody(handler: RequestHandler): RequestHandler {
  return (request, response, next) => {
    const { 'content-length': length = '0', 'transfer-encoding': coding } = request.headers;
    if (length !== '0' || coding !== undefined) return handler(request, response, next);
    next();
  };
}
