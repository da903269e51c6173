import type { RequestHandler } from 'express';
import type { Stage } from '../domain/stage.ts';
import { Problem } from '../web/problem.ts';
import { readBody } from '../web/read-body.ts';
import { notThisMethod } from '../web/method-not-allowed.ts';
import { rawBodyOf, refusePush, type RefusalDependencies } from './refuse-push.ts';

// A mistake in the sender's form must not lose calls. A body that comes with another method, or to a wrong address, is
// kept in the quarantine like any refused body.

/**
 * Handles requests without a route. A sender without credentials gets the ordinary answer.
 *
 * @param paths the addresses that the sender may have meant
 */
export function keepMisdirected(
  authenticate: RequestHandler,
  paths: readonly string[],
  dependencies: RefusalDependencies,
): RequestHandler {
  const detail = `This is not an address for pushes. The addresses are ${paths.join(', ')}.`;
  const keep: RequestHandler = async (request) => {
    const raw = rawBodyOf(request, await readBody(request), undefined);
    await refusePush(request, raw, new Problem('not_found', detail), dependencies);
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
    await refusePush(request, raw, notThisMethod('POST'), dependencies);
  };
}

/** Runs a handler only for requests with a body. */
export function withBody(handler: RequestHandler): RequestHandler {
  return (request, response, next) => {
    const { 'content-length': length = '0', 'transfer-encoding': coding } = request.headers;
    if (length !== '0' || coding !== undefined) return handler(request, response, next);
    next();
  };
}
