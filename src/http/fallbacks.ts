import type { ErrorRequestHandler, RequestHandler } from 'express';
import type { LimitedLog } from '../domain/limited-log.ts';
import type { Metrics } from './metrics.ts';
import { Problem, sendProblem } from './problem.ts';

/** For the methods that a route does not have. */
export function methodNotAllowed(...allowed: readonly string[]): RequestHandler {
  return () => {
    throw notThisMethod(...allowed);
  };
}

export function notThisMethod(...allowed: readonly string[]): Problem {
  return new Problem('method_not_allowed', `The methods here are: ${allowed.join(', ')}.`, {
    headers: { Allow: allowed.join(', ') },
  });
}

/** For addresses that no route has. */
export const notFound: RequestHandler = () => {
  throw new Problem('not_found', 'See /openapi.json for what there is.');
};

/** The one place where an error becomes an answer. Nothing of the error itself is shown. */
export function answerProblem(log: LimitedLog, metrics: Metrics): ErrorRequestHandler {
  return (error: unknown, _request, response, next) => {
    const problem = asProblem(error);
    metrics.requestRefused(problem.code);
    if (problem.status >= 500) {
      const { code, cause } = problem;
      log.error({ error: cause ?? problem, code }, `A request failed: ${code}`);
    }
    if (response.headersSent) next(error);
    else sendProblem(response, problem);
  };
}

function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  // Express's own: a path that cannot be decoded.
  const status = (error as { status?: unknown } | null)?.status;
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return new Problem('bad_request', 'The request cannot be read.', { cause: error });
  }
  return new Problem('internal', 'The server failed; its log says why.', { cause: error });
}
