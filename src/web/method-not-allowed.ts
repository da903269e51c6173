import type { RequestHandler } from 'express';
import { Problem } from './problem.ts';

/** Answers the methods that a route does not support. */
export function methodNotAllowed(...allowed: readonly string[]): RequestHandler {
  return () => {
    throw notThisMethod(...allowed);
  };
}

export function notThisMethod(...allowed: readonly string[]): Problem {
  return new Problem('method_not_allowed', `This address supports only ${allowed.join(', ')}.`, {
    headers: { Allow: allowed.join(', ') },
  });
}
