import { Router, type Request, type RequestHandler, type Response } from 'express';
import type { Clock } from '../domain/clock.ts';
import type { Stage } from '../domain/stage.ts';
import { isList, readBody as readPushes, type ListReading } from '../intake/read-body.ts';
import type { IntakeSettings, PushReading } from '../intake/read-push.ts';
import { Overloaded } from '../store/group-commit.ts';
import type { NewPush, StoredPush } from '../store/pushes.ts';
import { answerStored, newPush } from './answer-push.ts';
import { methodNotAllowed } from './fallbacks.ts';
import { keepOtherMethod, withBody } from './misdirected.ts';
import { Problem, storeUnavailable, type ProblemCode } from './problem.ts';
import { decodeBody, readBody } from './read-body.ts';
import { keepBody, refusePush } from './refuse-push.ts';
import { takeList, type ListDependencies } from './take-list.ts';

/** The paths that take pushes, and the stage that each gives. */
export const webhookPaths = [
  { path: '/webhooks/jet', stage: undefined },
  { path: '/webhooks/jet/call-start', stage: 'call_start' },
  { path: '/webhooks/jet/call-answered', stage: 'call_answered' },
  { path: '/webhooks/jet/call-end', stage: 'call_end' },
  { path: '/webhooks/jet/call-end-outbound', stage: 'call_end_outbound' },
] as const satisfies readonly { path: string; stage: Stage | undefined }[];

export interface WebhookDependencies extends ListDependencies {
  readonly authenticate: RequestHandler;
  readonly intake: IntakeSettings;
  /** Stores a push; settles after its commit. */
  readonly storePush: (push: NewPush) => Promise<StoredPush>;
  readonly clock: Clock;
}

export function webhookRoutes(dependencies: WebhookDependencies): Router {
  const router = Router();
  const { authenticate } = dependencies;
  for (const { path, stage } of webhookPaths) {
    router
      .route(path)
      .post(authenticate, takePush(stage, dependencies))
      .all(withBody(authenticate), withBody(keepOtherMethod(stage, dependencies)), methodNotAllowed('POST'));
  }
  return router;
}

function takePush(pathStage: Stage | undefined, dependencies: WebhookDependencies): RequestHandler {
  const { storePush, clock, log } = dependencies;
  return async (request, response) => {
    const raw = await readBody(request);
    const reading = await readOrQuarantine(request, raw, pathStage, dependencies);
    const receivedAtMs = clock();
    if (isList(reading)) {
      const pushes = await takeList(reading, receivedAtMs, pathStage, dependencies);
      sendJson(response, { status: 'stored', pushes });
      return;
    }
    const push = newPush(reading, receivedAtMs, pathStage);
    const stored = await storePush(push).catch((error: unknown) => {
      if (error instanceof Overloaded || !dependencies.isDataError(error)) throw storeUnavailable(error);
      log.error({ error, pushId: push.id }, 'A push could not be stored and goes to the quarantine');
      return refusePush(
        request,
        raw,
        pathStage,
        new Problem('not_storable', 'The push cannot be stored.'),
        dependencies,
      );
    });
    const keep = (fault: { code: string; detail: string }): Promise<string> =>
      keepBody(request, raw, pathStage, fault, dependencies);
    sendJson(response, await answerStored(push, stored, keep, dependencies));
  };
}

function sendJson(response: Response, answer: unknown): void {
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify(answer));
}

/** What is refused may never come again: it is kept before the answer is sent. */
async function readOrQuarantine(
  request: Request,
  raw: Buffer,
  pathStage: Stage | undefined,
  dependencies: WebhookDependencies,
): Promise<PushReading | ListReading> {
  try {
    const body = await decodeBody(raw, request.headers['content-encoding']);
    const reading = readPushes(body, request.headers['content-type'], pathStage, dependencies.intake);
    if ('code' in reading) throw new Problem(reading.code satisfies ProblemCode, reading.detail);
    return reading;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return refusePush(request, raw, pathStage, error, dependencies);
  }
}
