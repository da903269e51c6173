import type { Request } from 'express';
import type { Log } from '../domain/log.ts';
import type { Stage } from '../domain/stage.ts';
import { QuarantineFull, type RefusedBody } from '../store/quarantine.ts';
import type { Metrics } from './metrics.ts';
import { Problem, storeUnavailable } from './problem.ts';

export interface RefusalDependencies {
  /** Keeps a body; answers its id once that was committed. */
  readonly quarantine: (refused: RefusedBody) => Promise<string>;
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
  request: Request,
  body: Buffer,
  pathStage: Stage | undefined,
  problem: Problem,
  dependencies: RefusalDependencies,
): Promise<never> {
  const quarantineId = await keepBody(request, body, pathStage, problem, dependencies);
  dependencies.metrics.pushRefused(pathStage);
  dependencies.log.warn(
    { quarantineId, code: problem.code, detail: problem.detail },
    'A body was refused and is in the quarantine',
  );
  throw problem;
}

/** Keeps a body in the quarantine. Answers its id there. */
export function keepBody(
  request: Request,
  body: Buffer,
  pathStage: Stage | undefined,
  { code, detail }: { code: string; detail: string },
  dependencies: RefusalDependencies,
): Promise<string> {
  const { 'content-type': contentType, 'content-encoding': contentEncoding } = request.headers;
  return keep({ body, code, detail, pathStage, contentType, contentEncoding }, dependencies);
}

/** Keeps one item of a list in the quarantine, as JSON text of its own. Answers its id there. */
export function keepItem(
  text: string,
  pathStage: Stage | undefined,
  { code, detail }: { code: string; detail: string },
  dependencies: RefusalDependencies,
): Promise<string> {
  const body = Buffer.from(text);
  return keep(
    { body, code, detail, pathStage, contentType: 'application/json', contentEncoding: undefined },
    dependencies,
  );
}

function keep(refused: RefusedBody, { quarantine }: RefusalDependencies): Promise<string> {
  return quarantine(refused).catch((error: unknown) => {
    if (error instanceof QuarantineFull) {
      throw new Problem('quarantine_full', 'Refused bodies are kept, and there is no room left.', {
        headers: { 'Retry-After': '60' },
      });
    }
    throw storeUnavailable(error);
  });
}
