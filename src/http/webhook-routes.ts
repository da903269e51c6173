import { Router, type Request, type RequestHandler, type Response } from 'express';
import type { Clock } from '../domain/clock.ts';
import type { Stage } from '../domain/stage.ts';
import { isList, readBody as readPushes, type ListReading } from '../intake/read-body.ts';
import type { IntakeSettings, PushReading } from '../intake/read-push.ts';
import type { RawBody } from '../store/inbox.ts';
import { answerTaken, newPush } from './answer-push.ts';
import { senderOf } from './authenticate.ts';
import { keepOtherMethod, withBody } from './misdirected.ts';
import { Problem, type ProblemCode } from '../web/problem.ts';
import { decodeBody, readBody } from '../web/read-body.ts';
import { methodNotAllowed } from '../web/method-not-allowed.ts';
import { noteRefused, rawBodyOf, refusePush, throwUnkept, type RefusalDependencies } from './refuse-push.ts';
import { takeList } from './take-list.ts';

/** The paths that receive pushes, and the stage of each path. */
export const webhookPaths = [
  { path: '/webhooks/jet', stage: undefined },
  { path: '/webhooks/jet/call-start', stage: 'call_start' },
  { path: '/webhooks/jet/call-answered', stage: 'call_answered' },
  { path: '/webhooks/jet/call-end', stage: 'call_end' },
  { path: '/webhooks/jet/call-end-outbound', stage: 'call_end_outbound' },
] as const satisfies readonly { path: string; stage: Stage | undefined }[];

export interface WebhookDependencies extends RefusalDependencies {
  readonly authenticate: RequestHandler;
  readonly intake: IntakeSettings;
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
  const { inbox, clock } = dependencies;
  return async (request, response) => {
    const raw = rawBodyOf(request, await readBody(request), pathStage);
    const reading = await readOrRefuse(request, raw, dependencies);
    const receivedAtMs = clock();
    const sender = senderOf(response);
    if (isList(reading)) {
      const pushes = await takeList(reading, receivedAtMs, pathStage, sender, dependencies);
      sendJson(response, { status: 'stored', pushes });
      return;
    }
    const push = newPush(reading, receivedAtMs, pathStage, sender);
    const taken = await inbox.take(push, raw).catch(throwUnkept);
    if (taken.kind === 'refused') {
      const problem = new Problem('not_storable', taken.detail);
      throw noteRefused(request, taken.quarantineId, pathStage, problem, dependencies);
    }
    sendJson(response, answerTaken(push, taken, dependencies));
  };
}

function sendJson(response: Response, answer: unknown): void {
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify(answer));
}

/** Reads a body. A refused body is kept before the answer is sent, because the sender may never send it again. */
async function readOrRefuse(
  request: Request,
  raw: RawBody,
  dependencies: WebhookDependencies,
): Promise<PushReading | ListReading> {
  const { body, pathStage, contentType, contentEncoding } = raw;
  try {
    const reading = readPushes(
      await decodeBody(body, contentEncoding),
      contentType,
      pathStage,
      dependencies.intake,
    );
    if ('code' in reading) throw new Problem(reading.code satisfies ProblemCode, reading.detail);
    return reading;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return refusePush(request, raw, error, dependencies);
  }
}
