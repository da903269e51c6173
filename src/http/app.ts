import type { Socket } from 'node:net';
import express, { type Express, type RequestHandler } from 'express';
import helmet from 'helmet';
import type { LimitedLog } from '../domain/limited-log.ts';
import { authorizeRoute, type AuthorizeDependencies } from './authorize-route.ts';
import { answerProblem, notFound } from './fallbacks.ts';
import { healthRoutes, type HealthDependencies } from './health-routes.ts';
import { metadataRoute } from './metadata-route.ts';
import type { Metrics } from './metrics.ts';
import type { NoteRefusal } from './note-refusal.ts';
import { keepMisdirected } from './misdirected.ts';
import { createOpenApi } from './openapi.ts';
import { Problem } from '../web/problem.ts';
import { methodNotAllowed } from '../web/method-not-allowed.ts';
import { tokenRoute, type TokenDependencies } from './token-route.ts';
import { webhookPaths, webhookRoutes, type WebhookDependencies } from './webhook-routes.ts';

export interface AppDependencies {
  /** Undefined for a process that only delivers. */
  readonly webhook: WebhookDependencies | undefined;
  readonly token: TokenDependencies | undefined;
  readonly authorize: AuthorizeDependencies | undefined;
  readonly health: HealthDependencies;
  readonly trustProxy: number | readonly string[] | undefined;
  readonly publicUrl: string | undefined;
  readonly isClosing: () => boolean;
  /** True for a connection that came while all connections were in use. */
  readonly isOverLimit: (socket: Socket) => boolean;
  readonly metrics: Metrics;
  readonly noteRefusal: NoteRefusal;
  readonly log: LimitedLog;
}

/** Makes the Express app. Middleware runs in the order of the statements. */
export function createApp(dependencies: AppDependencies): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');
  app.set('trust proxy', dependencies.trustProxy ?? false);

  app.use(measureRequests(dependencies.metrics));
  app.use(closeConnectionsWhenClosing(dependencies.isClosing));
  app.use(refuseOverLimit(dependencies.isOverLimit));
  // Pushes come first, so that they skip everything that only pages need.
  if (dependencies.webhook !== undefined) app.use(webhookRoutes(dependencies.webhook));
  app.use(helmet());
  if (dependencies.token !== undefined) app.use(tokenRoute(dependencies.token));
  if (dependencies.authorize !== undefined) {
    app.use(authorizeRoute(dependencies.authorize));
    app.use(metadataRoute(dependencies.authorize.issuerUrl));
  }
  app.use(healthRoutes(dependencies.health));
  app.use(describeItself(dependencies.publicUrl));
  if (dependencies.webhook !== undefined) {
    const paths = webhookPaths.map(({ path }) => path);
    app.use(keepMisdirected(dependencies.webhook.authenticate, paths, dependencies.webhook));
  }
  app.use(notFound);
  app.use(answerProblem(dependencies.log, dependencies.noteRefusal));
  return app;
}

function measureRequests(metrics: Metrics): RequestHandler {
  return (request, response, next) => {
    const startedMs = performance.now();
    response.once('finish', () => {
      const route = request.route as { path: string } | undefined;
      metrics.requestAnswered(route?.path ?? 'none', response.statusCode, performance.now() - startedMs);
    });
    next();
  };
}

function closeConnectionsWhenClosing(isClosing: () => boolean): RequestHandler {
  return (_request, response, next) => {
    if (isClosing()) response.setHeader('Connection', 'close');
    next();
  };
}

/** Reads (health, metrics, pages) are always answered, because their connection is open anyway. */
function refuseOverLimit(isOverLimit: AppDependencies['isOverLimit']): RequestHandler {
  return (request, _response, next) => {
    if (request.method === 'GET' || request.method === 'HEAD' || !isOverLimit(request.socket)) {
      next();
      return;
    }
    const problem = new Problem('too_many_connections', 'Nothing was stored. Send the push again.', {
      headers: { 'Retry-After': '5', Connection: 'close' },
    });
    // Read the whole body before closing. Otherwise the connection is reset and the answer is lost.
    request.resume().once('end', () => next(problem));
  };
}

function describeItself(publicUrl: string | undefined): express.Router {
  const router = express.Router();
  const description = createOpenApi(publicUrl);
  router
    .route('/openapi.json')
    .get((_request, response) => void response.json(description))
    .all(methodNotAllowed('GET'));
  return router;
}
