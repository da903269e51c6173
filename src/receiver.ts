import { randomUUID } from 'node:crypto';
import { dirname, join } from 'node:path';
import type { Logger } from 'pino';
import { storeMigrations } from '../migrations/index.ts';
import { makeFirstClient, type FirstStart } from './first-client.ts';
import { authorizeDependencies, tokenDependencies, webhookDependencies } from './http-dependencies.ts';
import { warnOfEndingApprovals } from './auth/grants.ts';
import { requireKeyOfClients, secretKeyOf } from './auth/secret-key.ts';
import type { CoreSettings } from './config/core-schema.ts';
import type { Settings } from './config/read-settings.ts';
import { capabilitiesUnder, type AdapterDefinition } from './contract/adapter.ts';
import { createAdapter } from './create-adapter.ts';
import { enabledDestinations } from './enabled-destinations.ts';
import { startWorker, type Worker } from './delivery/worker.ts';
import { createCallCompleter } from './domain/call.ts';
import type { Clock } from './domain/clock.ts';
import { within } from './domain/within.ts';
import { createApp } from './http/app.ts';
import { createMetrics, type Metrics } from './http/metrics.ts';
import { startServer, type RunningServer } from './http/server.ts';
import { readBacklog, readLastPushMs } from './store/backlog.ts';
import { registerDestinations } from './store/destinations.ts';
import { createStoredLedger, deleteEndedLedgerEntries } from './store/match-ledger.ts';
import { deleteEndedGrants } from './store/oauth-grants.ts';
import { deleteExpiredTokens } from './store/oauth-rows.ts';
import { deleteEndedSessions } from './store/sessions.ts';
import { sqlitePath } from './store/sqlite.ts';
import { createStoreGate, type StoreGate } from './store/store-gate.ts';
import { openStore, probeStore, type Store } from './store/store.ts';

/** A receiver that runs. */
export interface Receiver {
  readonly server: RunningServer;
  readonly store: Store;
  /** What the very first start made. */
  readonly firstStart: FirstStart | undefined;
  /** Stops taking requests, finishes what is in flight and the current batch. */
  close(): Promise<void>;
}

/** How the worker keeps time, in milliseconds. */
export interface Pace {
  /** How long a destination stays with a process that was killed. */
  readonly leaseMs: number;
  /** How often to look for what another process stored. */
  readonly pollMs: number;
}

// What another process stored is taken up within a second.
const usualPace: Pace = { leaseMs: 60_000, pollMs: 500 };

// Under these a receiver that is told to stop has stopped within 30 s.
const closeServerWithinMs = 10_000;
const closeWorkerWithinMs = 15_000;
// SQLite waits 5 s for a lock by itself.
const storeAnswersWithinMs = 6_000;
const reportWithinMs = 2_000;
const cleaningMs = 3_600_000;
const warningMs = 86_400_000;

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
  pace: Pace = usualPace,
): Promise<Receiver> {
  const { core } = settings;
  const store = await openStore(core.DATABASE_URL, storeMigrations);
  try {
    return await startOn(store, settings, adapters, log, clock, pace);
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
  pace: Pace,
): Promise<Receiver> {
  const { core } = settings;
  const receives = core.ROLE !== 'deliver';
  const delivers = core.ROLE !== 'receive';
  const enabled = adapters.filter((adapter) => core.ADAPTERS.includes(adapter.name));
  const destinations = enabledDestinations(settings, adapters);
  await registerDestinations(store, core.ADAPTERS);
  const secretKey = receives
    ? await secretKeyOf(store, core.SECRET_KEY, join(dataFolder(core), 'secret-key'))
    : '';
  const gate = guard(store, log);
  // A scrape is not worth waiting for long.
  const report = <Result>(work: () => Promise<Result>): Promise<Result> =>
    gate.isOpen() ? within(reportWithinMs, work()) : Promise.reject(new Error('The store does not answer'));
  const metrics = createMetrics(
    clock,
    () => report(() => readBacklog(store, core.ADAPTERS, clock())),
    () => report(() => readLastPushMs(store)),
  );
  let worker: Worker | undefined;
  let closing = false;
  // From the settings, never from what a request says of its host.
  let issuerUrl = core.PUBLIC_URL ?? '';
  const isClosing = (): boolean => closing;
  const app = createApp({
    webhook: receives
      ? webhookDependencies(store, gate, core, destinations, metrics, () => worker?.wake(), log, clock)
      : undefined,
    token: receives ? tokenDependencies(store, gate, secretKey, log, clock) : undefined,
    authorize: receives
      ? authorizeDependencies(store, gate, core, secretKey, () => issuerUrl, log, clock)
      : undefined,
    health: { store, metrics, metricsToken: core.METRICS_TOKEN, isStoreOpen: gate.isOpen, isClosing, clock },
    trustProxy: core.TRUST_PROXY,
    publicUrl: core.PUBLIC_URL,
    isClosing,
    metrics,
    log,
  });
  // Listening comes first: the first client is made, and shown, only by a start that succeeds.
  const server = await startServer(app, core.HOST, core.PORT);
  if (core.PUBLIC_URL === undefined) issuerUrl = server.url;
  let firstStart: FirstStart | undefined;
  try {
    if (receives) {
      firstStart = await makeFirstClient(store, core, secretKey, clock);
      await requireKeyOfClients(store, secretKey);
    }
    if (delivers) worker = createWorker(store, settings, enabled, metrics, log, clock, pace);
  } catch (error) {
    await server.close(0);
    throw error;
  }
  const cleaning = setInterval(() => {
    removeEnded(store, clock()).catch((error: unknown) =>
      log.warn({ error }, 'What ended could not be removed; the next hour tries again'),
    );
  }, cleaningMs);
  cleaning.unref();
  const warn = (): void => {
    warnOfEndingApprovals(store, clock, log).catch((error: unknown) =>
      log.warn({ error }, 'Approvals that end soon could not be looked up; tomorrow tries again'),
    );
  };
  if (receives) warn();
  const warning = setInterval(warn, warningMs);
  if (!receives) clearInterval(warning);
  warning.unref();
  return {
    server,
    store,
    firstStart,
    async close() {
      closing = true;
      clearInterval(cleaning);
      clearInterval(warning);
      await server.close(closeServerWithinMs);
      await worker?.stop(closeWorkerWithinMs);
      gate.stop();
      await store.close();
    },
  };
}

function guard(store: Store, log: Logger): StoreGate {
  return createStoreGate({
    answersWithinMs: storeAnswersWithinMs,
    quickMs: 1_000,
    probeEveryMs: 500,
    isAway: (error) => store.writer.isAway(error),
    probe: () => probeStore(store),
    onChange: (isOpen) => {
      if (isOpen) log.info({}, 'The store answers again');
      else log.error({}, 'The store does not answer; until it does, pushes are answered 503 at once');
    },
  });
}

async function removeEnded(store: Store, nowMs: number): Promise<void> {
  await deleteExpiredTokens(store, nowMs - cleaningMs);
  await deleteEndedGrants(store, nowMs - cleaningMs);
  await deleteEndedSessions(store, nowMs);
  await deleteEndedLedgerEntries(store, nowMs);
}

function createWorker(
  store: Store,
  { core, adapters: configs }: Settings,
  enabled: readonly AdapterDefinition[],
  metrics: Metrics,
  log: Logger,
  clock: Clock,
  pace: Pace,
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
        ...pace,
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
