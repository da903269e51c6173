import type { Logger } from 'pino';
import { createFailureThrottle } from './auth/failure-throttle.ts';
import { createIssuer } from './auth/issuer.ts';
import { approve } from './auth/grants.ts';
import { createOperatorSignIn } from './auth/operator-sign-in.ts';
import { StoredSessions } from './auth/session-store.ts';
import { createTokenVerifier } from './auth/token-verifier.ts';
import { WebhookStrategy, type FixedHeader } from './auth/webhook-strategy.ts';
import type { CoreSettings } from './config/core-schema.ts';
import type { Clock } from './domain/clock.ts';
import type { Log } from './domain/log.ts';
import { authenticate } from './http/authenticate.ts';
import type { AuthorizeDependencies } from './http/authorize-route.ts';
import { type Metrics } from './http/metrics.ts';
import type { TokenDependencies } from './http/token-route.ts';
import type { WebhookDependencies } from './http/webhook-routes.ts';
import type { Destination } from './store/deliveries.ts';
import { createGroupCommit } from './store/group-commit.ts';
import { readClient } from './store/oauth-rows.ts';
import { storePushes, type NewPush, type StoredPush } from './store/pushes.ts';
import { quarantineBody } from './store/quarantine.ts';
import { type Store } from './store/store.ts';

/** What the webhook routes need. */
export function webhookDependencies(
  store: Store,
  core: CoreSettings,
  secretKey: string,
  destinations: readonly Destination[],
  metrics: Metrics,
  onStored: () => void,
  log: Logger,
  clock: Clock,
): WebhookDependencies {
  const verifyToken = createTokenVerifier(store, clock);
  const strategy = new WebhookStrategy(verifyToken, fixedHeader(core));
  const isStoreAway = (error: unknown): boolean => store.writer.isAway(error);
  return {
    authenticate: authenticate(strategy, createFailureThrottle(clock), isStoreAway),
    intake: { timeFormat: core.JET_TIME_FORMAT, statusMap: core.JET_STATUS_MAP },
    storePush: createGroupCommit<NewPush, StoredPush>(
      (pushes) => storePushes(store, pushes, destinations, clock(), secretKey),
      {
        groupSizeMax: 500,
        waitingMax: 5_000,
        failsAll: isStoreAway,
        onCommit: (size, durationMs) => metrics.committed(size, durationMs),
      },
    ),
    quarantine: (refused) => quarantineBody(store, refused, core.QUARANTINE_MB * 1024 * 1024, clock()),
    isDataError: (error) => store.writer.isDataError(error),
    onStored,
    metrics,
    clock,
    log,
  };
}

function fixedHeader(core: CoreSettings): FixedHeader | undefined {
  if (core.WEBHOOK_HEADER_NAME === undefined || core.WEBHOOK_HEADER_VALUE === undefined) return undefined;
  const values = [core.WEBHOOK_HEADER_VALUE, core.WEBHOOK_HEADER_VALUE_PREVIOUS];
  return { name: core.WEBHOOK_HEADER_NAME, values: values.filter((value) => value !== undefined) };
}

/** What the token endpoint needs. */
export function tokenDependencies(
  store: Store,
  secretKey: string,
  log: Logger,
  clock: Clock,
): TokenDependencies {
  return {
    issuer: createIssuer(store, secretKey, clock, log),
    countFailure: createFailureThrottle(clock),
    isStoreAway: (error) => store.writer.isAway(error),
    log,
  };
}

/** What the authorization endpoint needs. */
export function authorizeDependencies(
  store: Store,
  core: CoreSettings,
  secretKey: string,
  issuerUrl: () => string,
  log: Log,
  clock: Clock,
): AuthorizeDependencies {
  return {
    sessions: new StoredSessions(store, clock),
    secretKey,
    publicUrl: core.PUBLIC_URL,
    passport: createOperatorSignIn(store, core.CONSOLE_PASSWORD),
    readClient: (id) => readClient(store, id),
    approve: (request) => approve(store, clock, request),
    countFailure: createFailureThrottle(clock),
    issuerUrl,
    isStoreAway: (error) => store.writer.isAway(error),
    log,
  };
}
