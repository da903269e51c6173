import type { Request } from 'express';
import type { Log } from '../domain/log.ts';
import type { Stage } from '../domain/stage.ts';
import type { Inbox, RawBody } from '../store/inbox.ts';
import { QuarantineFull } from '../store/quarantine.ts';
import type { Metrics } from './metrics.ts';
import { Problem, storeUnavailable } from './problem.ts';

export interface RefusalDependencies {
  readonly inbox: Inbox;
  readonly metrics: Metrics;
  readonly log: Log;
}

/**
 * Refuses a body whose sender is known: it is in the quarantine before the answer is sent, since it may never come
 * again.
 *
 * @throws the problem; or one of 503 when the body cannot be kept
 */
export async function refusePush(
  raw: RawBody,
  problem: Problem,
  dependencies: RefusalDependencies,
): Promise<never> {
  const quarantineId = await dependencies.inbox.refuse(raw, problem).catch(throwUnkept);
  throw noteRefused(quarantineId, raw.pathStage, problem, dependencies);
}

/** Counts and logs a body that is in the quarantine. Answers the problem that its sender reads. */
export function noteRefused(
  quarantineId: string,
  pathStage: Stage | undefined,
  problem: Problem,
  { metrics, log }: RefusalDependencies,
): Problem {
  metrics.pushRefused(pathStage);
  const { code, detail } = problem;
  log.warn({ quarantineId, code, detail }, 'A body was refused and is in the quarantine');
  return problem;
}

/** A body as the quarantine keeps it. */
export function rawBodyOf(request: Request, body: Buffer, pathStage: Stage | undefined): RawBody {
  const { 'content-type': contentType, 'content-encoding': contentEncoding } = request.headers;
  return { body, pathStage, contentType, contentEncoding };
}

/** Turns a failure of the inbox into what the sender reads. */
export function throwUnkept(error: unknown): never {
  if (error instanceof QuarantineFull) {
    throw new Problem('quarantine_full', 'Refused bodies are kept, and there is no room left.', {
      headers: { 'Retry-After': '60' },
    });
  }
  throw storeUnavailable(error);
}
