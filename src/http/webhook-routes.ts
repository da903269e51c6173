import { Router, type RequestHandler, type Response } from 'express';
import type { Clock } from '../domain/clock.ts';
import type { Stage } from '../domain/stage.ts';
import type { ReceivedBody } from '../store-thread/body-inbox.ts';
import { answerItems, answerTaken } from './answer-push.ts';
import { senderOf } from './authenticate.ts';
import { keepOtherMethod, withBody } from './misdirected.ts';
import { Problem } from '../web/problem.ts';
import { readBody } from '../web/read-body.ts';
import { methodNotAllowed } from '../web/method-not-allowed.ts';
import { noteRefused, rawBodyOf, throwUnkept, type RefusalDependencies } from './refuse-push.ts';

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
    const body = await readBody(request);
    const received: ReceivedBody = {
      ...rawBodyOf(request, body, pathStage),
      receivedAtMs: clock(),
      sender: senderOf(response),
    };
    const taken = await inbox.take(received).catch(throwUnkept);
    if (taken.kind === 'refused') {
      const problem = new Problem(taken.code, taken.detail);
      throw noteRefused(request, taken.quarantineId, pathStage, problem, dependencies);
    }
    sendJson(
      response,
      taken.kind === 'list'
        ? { status: 'stored', pushes: answerItems(taken.items, pathStage, dependencies) }
        : answerTaken(taken, dependencies),
    );
  };
}

function sendJson(response: Response, answer: unknown): void {
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify(answer));
}
