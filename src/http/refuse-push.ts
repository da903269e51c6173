import type { Request } from 'express';
import type { Log } from '../domain/log.ts';
import type { Stage } from '../domain/stage.ts';
import type { RawBody } from '../store/inbox.ts';
import type { BodyInbox } from '../store-thread/body-inbox.ts';
import { QuarantineFull } from '../store/quarantine.ts';
import type { Metrics } from './metrics.ts';
import { Problem, storeUnavailable } from '../web/problem.ts';
import { requestIdOf } from '../web/request-id.ts';

export interface RefusalDependencies {
  readonly inbox: BodyInbox;
  readonly metrics: Metrics;
  readonly log: Log;
}

/**
 * Refuses a body of an authenticated sender. The body goes into the quarantine before the answer is sent, because the
 * sender may never send it again.
 *
 * @throws the problem, or a 503 problem when the body cannot be kept
 */
export async function refusePush(
  request: Request,
  raw: RawBody,
  problem: Problem,
  dependencies: RefusalDependencies,
): Promise<never> {
  const quarantineId = await dependencies.inbox.refuse(raw, problem).catch(throwUnkept);
  throw noteRefused(request, quarantineId, raw.pathStage, problem, dependencies);
}

/** Counts and logs a body that was put into the quarantine. Returns the problem for its sender. */
export function noteRefused(
  request: Request,
  quarantineId: string,
  pathStage: Stage | undefined,
  problem: Problem,
  { metrics, log }: RefusalDependencies,
): Problem {
  metrics.pushRefused(pathStage);
  const { code, detail } = problem;
  const requestId = requestIdOf(request);
  log.warn({ quarantineId, code, detail, requestId }, 'A body was refused and put into the quarantine');
  return problem.keptAs(quarantineId);
}

/** A body in the form that the quarantine stores. */
export function rawBodyOf(request: Request, body: Buffer, pathStage: Stage | undefined): RawBody {
  const { 'content-type': contentType, 'content-encoding': contentEncoding } = request.headers;
  return { body, pathStage, contentType, contentEncoding };
}

/** Turns a failure of the inbox into the problem for the sender. */
export function throwUnkept(error: unknown): never {
  if (error instanceof QuarantineFull) {
    throw new Problem(
      'quarantine_full',
      'The body was refused, and the quarantine has no room to keep it. Send it again later.',
      {
        headers: { 'Retry-After': '60' },
      },
    );
  }
  throw storeUnavailable(error);
}
