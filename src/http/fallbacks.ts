import type { ErrorRequestHandler, RequestHandler } from 'express';
import type { LimitedLog } from '../domain/limited-log.ts';
import { Problem, problemCodes, sendProblem } from '../web/problem.ts';
import type { NoteRefusal } from './note-refusal.ts';

/** Answers addresses without a route. */
export const notFound: RequestHandler = () => {
  throw new Problem('not_found', 'The addresses of this server are listed in /openapi.json.');
};

/** Turns every error into an answer, counts it and logs it. The answer shows nothing of an unexpected error. */
export function answerProblem(log: LimitedLog, noteRefusal: NoteRefusal): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    const problem = asProblem(error);
    const { code, status, cause, quarantineId } = problem;
    const facts = noteRefusal(request, { code, status, quarantineId });
    if (status >= 500) {
      const { requestId } = facts;
      log.error({ error: cause ?? problem, code, requestId }, `A request failed: ${code}`);
    } else if (!problem.isLogged) {
      log.warn({ ...facts, reason: problemCodes[code].title }, 'A request was refused');
    }
    if (response.headersSent) next(error);
    else sendProblem(response, problem);
  };
}

function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  // Express throws such an error for a path that cannot be decoded.
  const status = (error as { status?: unknown } | null)?.status;
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return new Problem('bad_request', 'The path of the request cannot be decoded.', { cause: error });
  }
  return new Problem('internal', 'The server failed. The reason is in its log.', { cause: error });
}
