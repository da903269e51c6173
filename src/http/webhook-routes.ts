import { Router, type Request, type RequestHandler, type Response } from 'express';
import type { Clock } from '../domain/clock.ts';
import type { PushWarning } from '../domain/push.ts';
import type { Stage } from '../domain/stage.ts';
import { isFault, readPush, type IntakeSettings, type PushReading } from '../intake/read-push.ts';
import { Overloaded } from '../store/group-commit.ts';
import { createPushId } from '../store/push-id.ts';
import { pushesOfCallMax, type NewPush, type StoredPush } from '../store/pushes.ts';
import { methodNotAllowed } from './fallbacks.ts';
import { keepOtherMethod, withBody } from './misdirected.ts';
import { Problem, storeUnavailable, type ProblemCode } from './problem.ts';
import { decodeBody, isJsonType, readBody } from './read-body.ts';
import { keepBody, refusePush, type RefusalDependencies } from './refuse-push.ts';

/** The paths that take pushes, and the stage that each gives. */
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
  /** Stores a push; settles after its commit. */
  readonly storePush: (push: NewPush) => Promise<StoredPush>;
  /** True when an error lies in the values of a push, and would be the same next time. */
  readonly isDataError: (error: unknown) => boolean;
  /** Called after a push was stored, to wake the worker. */
  readonly onStored: () => void;
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
  const { storePush, metrics, clock, log, onStored } = dependencies;
  return async (request, response) => {
    const raw = await readBody(request);
    const reading = await readOrQuarantine(request, raw, pathStage, dependencies);
    const receivedAtMs = clock();
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
    if (stored.setAside !== undefined) {
      await setAside(request, response, raw, push, stored.setAside, dependencies);
      return;
    }
    onStored();
    metrics.pushStored(push.stage, stored.duplicate);
    log.info(
      {
        pushId: stored.pushId,
        stage: push.stage,
        duplicate: stored.duplicate,
        warnings: metrics.pushWarned(push.warnings),
      },
      'A push was stored',
    );
    answerStored(response, push, stored, push.warnings);
  };
}

function answerStored(
  response: Response,
  { callId, stage }: NewPush,
  { pushId, duplicate }: StoredPush,
  warnings: readonly PushWarning[],
): void {
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify({ status: 'stored', pushId, callId, stage, duplicate, warnings }));
}

const setAsideTexts = {
  call_removed: {
    detail: 'Its call was removed before it came.',
    action: 'kept in the quarantine; the call stays removed',
  },
  call_full: {
    detail: `Its call holds ${pushesOfCallMax} pushes, which is the most.`,
    action: 'kept in the quarantine; the call stays as it is',
  },
} as const;

/** What its call does not take is kept: a late push does not bring back a part of a call that was removed. */
async function setAside(
  request: Request,
  response: Response,
  raw: Buffer,
  push: NewPush,
  code: NonNullable<StoredPush['setAside']>,
  dependencies: WebhookDependencies,
): Promise<void> {
  const { detail, action } = setAsideTexts[code];
  const pushId = await keepBody(request, raw, push.pathStage, { code, detail }, dependencies);
  dependencies.metrics.pushSetAside(push.stage);
  dependencies.log.info(
    { pushId, stage: push.stage, code },
    'A push that its call does not take is in the quarantine',
  );
  const warning: PushWarning = { field: 'callsessionid', code, received: push.callId.slice(0, 100), action };
  answerStored(response, push, { pushId, duplicate: false }, [...push.warnings, warning]);
}

// Without a spread: V8 gives each object that is spread and then added to a hidden class of its own.
function newPush(reading: PushReading, receivedAtMs: number, pathStage: Stage | undefined): NewPush {
  return {
    id: createPushId(receivedAtMs),
    callId: reading.callId,
    stage: reading.stage,
    contentHash: reading.contentHash,
    receivedAtMs,
    fields: reading.fields,
    extra: reading.extra,
    warnings: reading.warnings,
    body: reading.body,
    pathStage,
  };
}

/** What is refused may never come again: it is kept before the answer is sent. */
async function readOrQuarantine(
  request: Request,
  raw: Buffer,
  pathStage: Stage | undefined,
  dependencies: WebhookDependencies,
): Promise<PushReading> {
  try {
    if (!isJsonType(request.headers['content-type'])) {
      throw new Problem('unsupported_content_type', 'Content-Type is to be application/json.');
    }
    const body = await decodeBody(raw, request.headers['content-encoding']);
    const reading = readPush(body, pathStage, dependencies.intake);
    if (isFault(reading)) throw new Problem(reading.code satisfies ProblemCode, reading.detail);
    return reading;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return refusePush(request, raw, pathStage, error, dependencies);
  }
}
