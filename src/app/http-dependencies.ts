import { createConsolePasswords, type ConsolePasswords } from '../auth/console-passwords.ts';
import { createDeviceCookies } from '../auth/device-cookie.ts';
import { createFailureThrottle, type FailureThrottle } from '../auth/failure-throttle.ts';
import { createIssuer } from '../auth/issuer.ts';
import { approve } from '../auth/grants.ts';
import { createOperatorSignIn } from '../auth/operator-sign-in.ts';
import { StoredSessions } from '../auth/session-store.ts';
import { createTokenVerifier } from '../auth/token-verifier.ts';
import { WebhookStrategy, type FixedHeader } from '../auth/webhook-strategy.ts';
import { authenticate } from '../http/authenticate.ts';
import type { AuthorizeDependencies } from '../http/authorize-route.ts';
import type { HealthDependencies } from '../http/health-routes.ts';
import type { TokenDependencies } from '../http/token-route.ts';
import type { WebhookDependencies } from '../http/webhook-routes.ts';
import type { BodyInbox } from '../store-thread/body-inbox.ts';
import { noteAskedRedirect } from '../store/lookup/asked-redirects.ts';
import { readClient, readToken } from '../store/oauth/oauth-rows.ts';
import type { Kit, ReceivingKit } from './kit.ts';

/** The dependencies of the webhook routes. */
export function webhookDependencies(kit: ReceivingKit, inbox: BodyInbox): WebhookDependencies {
  const { store, gate, metrics, log, limitedLog, clock } = kit;
  const verifyToken = createTokenVerifier((hash) => gate.run(() => readToken(store, hash)), clock);
  const throttle = createFailureThrottle(clock);
  const strategy = new WebhookStrategy(verifyToken, fixedHeader(kit), throttle);
  return {
    authenticate: authenticate(strategy, throttle, gate.isAway, limitedLog),
    ...{ inbox, metrics, clock, log },
  };
}

function fixedHeader({ core, clock }: Kit): FixedHeader | undefined {
  const {
    WEBHOOK_HEADER_NAME: name,
    WEBHOOK_HEADER_VALUE: value,
    WEBHOOK_HEADER_VALUE_PREVIOUS: previous,
    WEBHOOK_HEADER_VALUE_PREVIOUS_UNTIL: untilMs = Infinity,
  } = core;
  if (name === undefined || value === undefined) return undefined;
  const values = previous === undefined ? [value] : [value, previous];
  return { name, values: () => (clock() < untilMs ? values : [value]) };
}

/** The dependencies of the token endpoint. */
export function tokenDependencies(kit: ReceivingKit): TokenDependencies {
  const { store, gate, secretKeys, log, limitedLog, clock } = kit;
  const issuer = createIssuer(store, secretKeys, clock, log);
  return {
    issuer: {
      issueToken: (request) => gate.run(() => issuer.issueToken(request)),
      revokeToken: (request) => gate.run(() => issuer.revokeToken(request)),
    },
    countFailure: createFailureThrottle(clock).fail,
    isStoreUnavailable: gate.isAway,
    noteRefusal: kit.noteRefusal,
    log: limitedLog,
  };
}

/** What the consent page and the console share, so that a guess at one of them counts at both. */
export interface OperatorAccess {
  readonly passwords: ConsolePasswords;
  readonly throttle: FailureThrottle;
}

export function operatorAccess({ store, core, secretKeys, clock }: ReceivingKit): OperatorAccess {
  return {
    passwords: createConsolePasswords(store, core, secretKeys),
    throttle: createFailureThrottle(clock),
  };
}

/** The dependencies of the authorization endpoint. */
export function authorizeDependencies(
  kit: ReceivingKit,
  { passwords, throttle }: OperatorAccess,
  issuerUrl: () => string,
): AuthorizeDependencies {
  const { store, gate, core, secretKeys, limitedLog, clock } = kit;
  const devices = createDeviceCookies(secretKeys, core.PUBLIC_URL, clock);
  return {
    sessions: new StoredSessions(store, clock),
    secretKeys,
    publicUrl: core.PUBLIC_URL,
    passport: createOperatorSignIn(passwords, devices),
    devices,
    readClient: (id) => gate.run(() => readClient(store, id)),
    approve: (request) => gate.run(() => approve(store, clock, request)),
    throttle,
    issuerUrl,
    isStoreUnavailable: gate.isAway,
    noteRefusal: kit.noteRefusal,
    noteAskedRedirect: createRedirectNotes(kit),
    log: limitedLog,
  };
}

// Anybody who knows a client id can ask for any redirect URI.
const askedEveryMs = 60_000;
const askedOfMinuteMax = 10;

/** Keeps redirect URIs that are not registered: a few a minute, so that nobody can overload the store with them. */
function createRedirectNotes({ store, gate, clock, log }: Kit): AuthorizeDependencies['noteAskedRedirect'] {
  let startedMs = -Infinity;
  let asked = new Set<string>();
  return (clientId, uri) => {
    if (clock() - startedMs >= askedEveryMs) [startedMs, asked] = [clock(), new Set()];
    const key = `${clientId} ${uri}`;
    if (asked.has(key) || asked.size >= askedOfMinuteMax || !gate.isOpen()) return;
    asked.add(key);
    noteAskedRedirect(store, clientId, uri, clock()).catch((error: unknown) =>
      log.warn({ error }, 'A requested redirect URI could not be stored for the console'),
    );
  };
}

/** The dependencies of the health routes. */
export function healthDependencies(kit: Kit, isClosing: () => boolean): HealthDependencies {
  const { store, gate, watch, core, metrics, limitedLog, clock } = kit;
  return {
    ...{ store, metrics, metricsToken: core.METRICS_TOKEN, canStore: gate.canStore, isClosing, clock },
    ...{ findLoss: watch.findLoss, throttle: createFailureThrottle(clock), log: limitedLog },
    publicUrl: core.PUBLIC_URL,
  };
}
