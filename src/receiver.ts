import { randomUUID } from 'node:crypto';
import { dirname, join } from 'node:path';
import type { Logger } from 'pino';
import { storeMigrations } from '../migrations/index.ts';
import { createClient } from './auth/clients.ts';
import { createFailureThrottle } from './auth/failure-throttle.ts';
import { createIssuer } from './auth/issuer.ts';
import { hashPassword } from './auth/password.ts';
import { secretKeyOf } from './auth/secret-key.ts';
import { randomText } from './auth/secrets.ts';
import { createTokenVerifier } from './auth/token-verifier.ts';
import { WebhookStrategy, type FixedHeader } from './auth/webhook-strategy.ts';
import type { CoreSettings } from './config/core-schema.ts';
import type { Settings } from './config/read-settings.ts';
import { capabilitiesUnder, type AdapterDefinition } from './contract/adapter.ts';
import { createAdapter } from './create-adapter.ts';
import { startWorker, type Worker } from './delivery/worker.ts';
import { createCallCompleter } from './domain/call.ts';
import type { Clock } from './domain/clock.ts';
import { createApp } from './http/app.ts';
import { authenticate } from './http/authenticate.ts';
import { createMetrics, type Metrics } from './http/metrics.ts';
import { startServer, type RunningServer } from './http/server.ts';
import type { TokenDependencies } from './http/token-route.ts';
import type { WebhookDependencies } from './http/webhook-routes.ts';
import { readBacklog } from './store/backlog.ts';
import type { Destination } from './store/deliveries.ts';
import { registerDestinations } from './store/destinations.ts';
import { createGroupCommit } from './store/group-commit.ts';
import { keepSettingOnce, readKeptSetting } from './store/kept-settings.ts';
import { createStoredLedger, deleteEndedLedgerEntries } from './store/match-ledger.ts';
import { deleteExpiredTokens } from './store/oauth-rows.ts';
import { storePushes, type NewPush, type StoredPush } from './store/pushes.ts';
import { quarantineBody } from './store/quarantine.ts';
import { sqlitePath } from './store/sqlite.ts';
import { openStore, type Store } from './store/store.ts';

/** What is made at the first start, and shown once. */
export interface FirstStart {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope: string;
  /** Undefined when the operator chose one. */
  readonly consolePassword: string | undefined;
}

/** A receiver that runs. */
export interface Receiver {
  readonly server: RunningServer;
  readonly store: Store;
  /** What the very first start made. */
  readonly firstStart: FirstStart | undefined;
  /** Stops taking requests, finishes what is in flight and the current batch. */
  close(): Promise<void>;
}

// Under these a receiver that is told to stop has stopped within 30 s.
const closeServerWithinMs = 10_000;
const closeWorkerWithinMs = 15_000;
const leaseMs = 60_000;
const pollMs = 1_000;
const cleaningMs = 3_600_000;

/** The folder for what is kept beside the store: its secret key, and what the first start made. */
export function dataFolder(core: CoreSettings): string {
  return core.DATABASE_URL.startsWith('sqlite:') ? dirname(sqlitePath(core.DATABASE_URL)) : 'data';
}

/**
 * Puts the receiver together and starts it.
 *
 * @throws StoreUnusable when the store must not be used
 */
export async function startReceiver(
  settings: Settings,
  adapters: readonly AdapterDefinition[],
  log: Logger,
  clock: Clock = Date.now,
): Promise<Receiver> {
  const { core } = settings;
  const store = await openStore(core.DATABASE_URL, storeMigrations);
  try {
    return await startOn(store, settings, adapters, log, clock);
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function startOn(
  store: Store,
  settings: Settings,
  adapters: readonly AdapterDefinition[],
  log: Logger,
  clock: Clock,
): Promise<Receiver> {
  const { core } = settings;
  const receives = core.ROLE !== 'deliver';
  const delivers = core.ROLE !== 'receive';
  const enabled = adapters.filter((adapter) => core.ADAPTERS.includes(adapter.name));
  const destinations = enabled.map((definition): Destination => ({
    name: definition.name,
    stages: capabilitiesUnder(definition, settings.adapters.get(definition.name) ?? {}).stages,
    settleAfterMs: core.SETTLE_AFTER,
  }));
  await registerDestinations(store, core.ADAPTERS);
  const secretKey = receives
    ? await secretKeyOf(store, core.SECRET_KEY, join(dataFolder(core), 'secret-key'))
    : '';
  const metrics = createMetrics(clock, () => readBacklog(store, core.ADAPTERS, clock()));
  let worker: Worker | undefined;
  let closing = false;
  const isClosing = (): boolean => closing;
  const app = createApp({
    webhook: receives
      ? webhookDependencies(store, core, destinations, metrics, () => worker?.wake(), log, clock)
      : undefined,
    token: receives ? tokenDependencies(store, secretKey, log, clock) : undefined,
    health: { store, metrics, metricsToken: core.METRICS_TOKEN, isClosing, clock },
    trustProxy: core.TRUST_PROXY,
    publicUrl: core.PUBLIC_URL,
    isClosing,
    metrics,
    log,
  });
  // Listening comes first: the first client is made, and shown, only by a start that succeeds.
  const server = await startServer(app, core.HOST, core.PORT);
  let firstStart: FirstStart | undefined;
  try {
    if (receives) firstStart = await makeFirstClient(store, core, secretKey, clock);
    if (delivers) worker = createWorker(store, settings, enabled, metrics, log, clock);
  } catch (error) {
    await server.close(0);
    throw error;
  }
  const cleaning = setInterval(() => {
    deleteExpiredTokens(store, clock() - cleaningMs).catch((error: unknown) =>
      log.warn({ error }, 'Ended access tokens could not be removed; the next hour tries again'),
    );
    deleteEndedLedgerEntries(store, clock()).catch((error: unknown) =>
      log.warn({ error }, 'Ended ledger entries could not be removed; the next hour tries again'),
    );
  }, cleaningMs);
  cleaning.unref();
  return {
    server,
    store,
    firstStart,
    async close() {
      closing = true;
      clearInterval(cleaning);
      await server.close(closeServerWithinMs);
      await worker?.stop(closeWorkerWithinMs);
      await store.close();
    },
  };
}

async function makeFirstClient(
  store: Store,
  core: CoreSettings,
  secretKey: string,
  clock: Clock,
): Promise<FirstStart | undefined> {
  if ((await readKeptSetting(store, 'first_started_at')) !== undefined) return undefined;
  // Of several processes that start at once on one database, one makes the client.
  const isFirst = await keepSettingOnce(store, 'first_started_at', `${clock()} ${randomUUID()}`);
  if (!isFirst) return undefined;
  const client = await createClient(store, secretKey, clock, { name: 'Jet' });
  const consolePassword = core.CONSOLE_PASSWORD === undefined ? randomText(24) : undefined;
  if (consolePassword !== undefined) {
    await keepSettingOnce(store, 'console_password_hash', await hashPassword(consolePassword));
  }
  return {
    clientId: client.clientId,
    clientSecret: client.clientSecret,
    scope: client.scope,
    consolePassword,
  };
}

function webhookDependencies(
  store: Store,
  core: CoreSettings,
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
      (pushes) => storePushes(store, pushes, destinations, clock()),
      {
        groupSizeMax: 500,
        waitingMax: 5_000,
        failsAll: isStoreAway,
        onCommit: (size, durationMs) => metrics.committed(size, durationMs),
      },
    ),
    quarantine: (refused) => quarantineBody(store, refused, core.QUARANTINE_MB * 1024 * 1024, clock()),
    isStoreAway,
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

function tokenDependencies(store: Store, secretKey: string, log: Logger, clock: Clock): TokenDependencies {
  return {
    issuer: createIssuer(store, secretKey, clock, log),
    countFailure: createFailureThrottle(clock),
    isStoreAway: (error) => store.writer.isAway(error),
    log,
  };
}

function createWorker(
  store: Store,
  { core, adapters: configs }: Settings,
  enabled: readonly AdapterDefinition[],
  metrics: Metrics,
  log: Logger,
  clock: Clock,
): Worker {
  const completeCall = createCallCompleter({
    defaultCountry: core.DEFAULT_COUNTRY,
    defaultAreaCode: core.DEFAULT_AREA_CODE,
    timeZone: core.TIME_ZONE,
    statusMap: core.JET_STATUS_MAP,
  });
  const holder = randomUUID();
  return startWorker(
    enabled.map((definition) => {
      const { name } = definition;
      const config = configs.get(name) ?? {};
      const destinationLog = log.child({ destination: name });
      return {
        store,
        name,
        capabilities: capabilitiesUnder(definition, config),
        completeCall,
        holder,
        clock,
        leaseMs,
        pollMs,
        random: Math.random,
        log: destinationLog,
        adapter: createAdapter(definition, config, {
          core,
          clock,
          log: destinationLog,
          ledger: createStoredLedger(store, name, clock),
        }),
        onSettled: (outcome, count) => metrics.deliverySettled(name, outcome, count),
      };
    }),
  );
}
