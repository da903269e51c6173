import { Router, type Request } from 'express';
import { callerAddress, callerNetwork, isFromThisMachine } from '../auth/caller-address.ts';
import type { FailureThrottle } from '../auth/failure-throttle.ts';
import { equalInConstantTime } from '../auth/secrets.ts';
import type { Clock } from '../domain/clock.ts';
import type { LimitedLog } from '../domain/limited-log.ts';
import { within } from '../domain/within.ts';
import { readDestinations } from '../store/destinations.ts';
import type { Store } from '../store/store.ts';
import type { StoreLoss } from '../store/watch-file.ts';
import type { Metrics } from './metrics.ts';
import { Problem } from '../web/problem.ts';
import { methodNotAllowed } from '../web/method-not-allowed.ts';

export interface HealthDependencies {
  readonly store: Store;
  readonly metrics: Metrics;
  readonly metricsToken: string | undefined;
  readonly publicUrl: string | undefined;
  /** Counts wrong guesses at the metrics token. */
  readonly throttle: FailureThrottle;
  readonly log: LimitedLog;
  /** Whether the store can take a push now. */
  readonly canStore: () => Promise<boolean>;
  /** Why new data would be lost, or undefined when it is safe. */
  readonly findLoss: () => StoreLoss | undefined;
  readonly isClosing: () => boolean;
  readonly clock: Clock;
}

const storeAnswersWithinMs = 2_000;

/** The routes for liveness, readiness and metrics. */
export function healthRoutes(dependencies: HealthDependencies): Router {
  const router = Router();
  const check = shared(() => readReadiness(dependencies));
  router
    .route('/healthz')
    .get((_request, response) => void response.json({ status: 'alive' }))
    .all(methodNotAllowed('GET'));
  router
    .route('/readyz')
    .get(async (request, response) => {
      const readiness = await check();
      response.status(readiness.status === 'ready' ? 200 : 503);
      response.setHeader('Cache-Control', 'no-store');
      response.json(recognise(request, dependencies) === 'operator' ? readiness : withoutReasons(readiness));
    })
    .all(methodNotAllowed('GET'));
  router
    .route('/metrics')
    .get(async (request, response) => {
      const caller = recognise(request, dependencies);
      if (typeof caller === 'number') {
        throw new Problem(
          'too_many_failures',
          'Too many wrong tokens came from this address. Wait before you try again.',
          {
            headers: { 'Retry-After': String(Math.ceil(caller / 1000)) },
          },
        );
      }
      if (caller === 'stranger') {
        throw new Problem(
          'not_authenticated',
          'Send METRICS_TOKEN as a bearer token, or send the request from this machine to http://localhost.',
          {
            headers: { 'WWW-Authenticate': 'Bearer realm="metrics"' },
          },
        );
      }
      const { contentType, text } = await dependencies.metrics.render();
      response.setHeader('Content-Type', contentType);
      response.end(text);
    })
    .all(methodNotAllowed('GET'));
  return router;
}

interface Readiness {
  status: 'ready' | 'store_unavailable' | 'shutting_down';
  paused: { destination: string; reason?: string | null; remedy?: string | null }[];
  store?: StoreLoss;
}

async function readReadiness(dependencies: HealthDependencies): Promise<Readiness> {
  const { store, isClosing, canStore, findLoss, clock } = dependencies;
  if (isClosing()) return { status: 'shutting_down', paused: [] };
  const loss = findLoss();
  if (loss !== undefined) return { status: 'store_unavailable', paused: [], store: loss };
  if (!(await canStore())) return { status: 'store_unavailable', paused: [] };
  try {
    await within(storeAnswersWithinMs, store.reader.knex('pushes').first('id'));
    await within(storeAnswersWithinMs, store.reader.knex('calls').first('id'));
    const destinations = await within(storeAnswersWithinMs, readDestinations(store));
    const paused = destinations.filter((destination) => destination.pausedUntilMs > clock());
    return {
      status: 'ready',
      paused: paused.map(({ name, pauseReason, pauseRemedy }) => ({
        destination: name,
        reason: pauseReason,
        remedy: pauseRemedy,
      })),
    };
  } catch {
    return { status: 'store_unavailable', paused: [] };
  }
}

/** The public part of the answer. Reasons may name hosts and accounts, so only the operator sees them. */
function withoutReasons({ status, paused }: Readiness): Readiness {
  return { status, paused: paused.map(({ destination }) => ({ destination })) };
}

/** Lets concurrent requests share one result, so that the store gets one query at a time. */
function shared<Result>(ask: () => Promise<Result>): () => Promise<Result> {
  let current: Promise<Result> | undefined;
  return () =>
    (current ??= ask().finally(() => {
      current = undefined;
    }));
}

/**
 * Distinguishes the operator from a stranger. An operator sends the token, or sends the request from this machine to a
 * local name without a proxy. For a caller that guessed too often the result is the wait in milliseconds: its token was
 * not checked.
 */
function recognise(
  request: Request,
  { metricsToken, publicUrl, throttle, log }: HealthDependencies,
): 'operator' | 'stranger' | number {
  const given = /^bearer +(.+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (metricsToken === undefined || given === undefined) {
    return isFromThisMachine(request, publicUrl) ? 'operator' : 'stranger';
  }
  const network = callerNetwork(request);
  if (throttle.blockedMs(network) === 0 && equalInConstantTime(given, metricsToken)) {
    throttle.succeed(network);
    return 'operator';
  }
  const waitMs = throttle.fail(network);
  log.warn(
    {
      ...{ code: waitMs > 0 ? 'too_many_failures' : 'not_authenticated', path: request.path },
      ...{ credential: 'metrics token', address: callerAddress(request), waitMs },
    },
    'A request had a wrong METRICS_TOKEN',
  );
  return waitMs > 0 ? waitMs : 'stranger';
}
