import type { Logger } from 'pino';
import { storeMigrations } from '../store/migrations/index.ts';
import { startHousekeeping } from './housekeeping.ts';
import { makeFirstClient, type FirstStart } from './first-client.ts';
import { authorizeDependencies, tokenDependencies, webhookDependencies } from './http-dependencies.ts';
import { createFailureThrottle } from '../auth/failure-throttle.ts';
import { warnOfEndingApprovals } from '../auth/grants.ts';
import { requireKeyOfClients, secretKeysOf } from '../auth/secret-key.ts';
import type { Settings } from '../config/read-settings.ts';
import { capabilitiesUnder, type AdapterDefinition } from '../contract/adapter.ts';
import { createDestinationAdapter } from './destination-adapter.ts';
import { requireStoreOfKey, secretKeyFile } from './data-folder.ts';
import { logStartWarnings } from './start-warnings.ts';
import { enabledDestinations } from './enabled-destinations.ts';
import { identifyHolder } from '../delivery/holder.ts';
import { startWorker, type Worker } from '../delivery/worker.ts';
import { createCallCompleter } from '../domain/call.ts';
import type { Clock } from '../domain/clock.ts';
import { limitLog } from '../domain/limited-log.ts';
import { within } from '../domain/within.ts';
import { createApp } from '../http/app.ts';
import { createConnectionLimit, findConnectionRoom, type ConnectionRoom } from '../http/connection-limit.ts';
import { createMetrics, type Metrics } from '../http/metrics.ts';
import { startServer, type RunningServer } from '../http/server.ts';
import { readBacklog, readLastPushMs } from '../store/backlog.ts';
import { registerDestinations } from '../store/destinations.ts';
import { createStoredLedger } from '../store/match-ledger.ts';
import { awaitStore } from '../store/await-store.ts';
import { watchStoreFile, type FileWatch } from '../store/watch-file.ts';
import { createStoreGate, type StoreGate } from '../store/store-gate.ts';
import { probeStore, type Store } from '../store/store.ts';

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
  /** How long a destination stays with a process that was killed on another host. */
  readonly leaseMs: number;
  /** How often to look for what another process stored. */
  readonly pollMs: number;
}

// What another process stored is taken up within a second.
const usualPace: Pace = { leaseMs: 60_000, pollMs: 500 };

// Under these a receiver that is told to stop has stopped within 30 s.
const closeServerWithinMs = 10_000;
const closeWorkerWithinMs = 15_000;
const storeWaitMs = 30_000;
// SQLite waits 5 s for a lock by itself, and a slow disk or a busy machine takes its time.
const storeAnswersWithinMs = 10_000;
const reportWithinMs = 2_000;
const warningMs = 86_400_000;

/**
 * Puts the receiver together and starts it.
 *
 * @throws StoreUnusable when the store must not be used
 * @throws StoreAway when it cannot be reached
 * @throws AdapterNotMade when an enabled adapter cannot be made
 */
export async function startReceiver(
  settings: Settings,
  adapters: readonly AdapterDefinition[],
  log: Logger,
  clock: Clock = Date.now,
  pace: Pace = usualPace,
  room = findConnectionRoom(log),
): Promise<Receiver> {
  const { core } = settings;
  requireStoreOfKey(core);
  const store = await awaitStore(core.DATABASE_URL, storeMigrations, storeWaitMs, (error) =>
    log.warn({ error }, `The store cannot be reached yet; it is waited for, up to ${storeWaitMs / 1000} s`),
  );
  try {
    return await startOn(store, settings, adapters, log, clock, pace, room);
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
  room: ConnectionRoom,
): Promise<Receiver> {
  const { core } = settings;
  const receives = core.ROLE !== 'deliver';
  const delivers = core.ROLE !== 'receive';
  const enabled = adapters.filter((adapter) => core.ADAPTERS.includes(adapter.name));
  const destinations = enabledDestinations(settings, adapters);
  await registerDestinations(store, core.ADAPTERS);
  // A process that only delivers needs no key.
  const secretKeys = receives ? await secretKeysOf(store, core, secretKeyFile(core)) : undefined;
  await logStartWarnings(store, settings, log);
  const watch = watchStoreFile(store, log);
  const gate = guard(store, watch, log);
  // A scrape is not worth waiting for long.
  const report = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    if (!(await gate.canStore())) throw new Error('The store takes no push');
    return within(reportWithinMs, work());
  };
  const metrics = createMetrics(
    clock,
    () => report(() => readBacklog(store, core.ADAPTERS, clock())),
    () => report(() => readLastPushMs(store)),
  );
  let worker: Worker | undefined;
  let closing = false;
  // From the settings, never from what a request says of its host.
  let issuerUrl = core.PUBLIC_URL ?? '';
  const limit = createConnectionLimit(room);
  const isClosing = (): boolean => closing;
  const limitedLog = limitLog(log);
  const app = createApp({
    webhook: secretKeys
      ? webhookDependencies(
          store,
          gate,
          core,
          secretKeys,
          destinations,
          metrics,
          () => worker?.wake(),
          log,
          limitedLog,
          clock,
        )
      : undefined,
    token: secretKeys ? tokenDependencies(store, gate, secretKeys, log, limitedLog, clock) : undefined,
    authorize: secretKeys
      ? authorizeDependencies(store, gate, core, secretKeys, () => issuerUrl, limitedLog, clock)
      : undefined,
    health: {
      ...{ store, metrics, metricsToken: core.METRICS_TOKEN, canStore: gate.canStore, isClosing, clock },
      ...{ findLoss: watch.findLoss, throttle: createFailureThrottle(clock), log: limitedLog },
      publicUrl: core.PUBLIC_URL,
    },
    trustProxy: core.TRUST_PROXY,
    publicUrl: core.PUBLIC_URL,
    isClosing,
    isOverLimit: (socket) => limit.isOver(socket),
    metrics,
    log: limitedLog,
  });
  // Listening and the adapters come first: the first client is made, and shown, only by a start that succeeds.
  const server = await startServer(app, core.HOST, core.PORT, limit, limitedLog);
  if (core.PUBLIC_URL === undefined) issuerUrl = server.url;
  let firstStart: FirstStart | undefined;
  const work: WorkerDestination[] = [];
  try {
    if (delivers) describeWork(work, store, settings, enabled, metrics, log, clock, pace);
    if (secretKeys) {
      firstStart = await makeFirstClient(store, core, secretKeys.present, clock);
      await requireKeyOfClients(store, secretKeys);
    }
    if (delivers) worker = startWorker(work);
  } catch (error) {
    await Promise.allSettled(work.map(({ adapter }) => adapter.close()));
    await server.close(0);
    throw error;
  }
  // By those that hold the key: without it a tombstone would keep nothing away.
  const housekeeping = secretKeys
    ? startHousekeeping({
        ...{ store, secretKey: secretKeys.present, clock, log },
        retentionDays: core.RETENTION_DAYS,
        onTrimmed: (kind, count) => metrics.trimmed(kind, count),
      })
    : undefined;
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
      clearInterval(warning);
      await server.close(closeServerWithinMs);
      limitedLog.flush();
      await worker?.stop(closeWorkerWithinMs);
      await housekeeping?.stop();
      gate.stop();
      watch.stop();
      await store.close();
    },
  };
}

function guard(store: Store, watch: FileWatch, log: Logger): StoreGate {
  return createStoreGate({
    answersWithinMs: storeAnswersWithinMs,
    quickMs: 1_000,
    probeEveryMs: 500,
    isAway: (error) => store.writer.isAway(error),
    isInPlace: () => watch.findLoss() === undefined,
    probe: () => probeStore(store),
    onChange: (isOpen) => {
      if (isOpen) log.info({}, 'The store answers again');
      else log.error({}, 'The store does not answer; until it does, pushes are answered 503 at once');
    },
  });
}

type WorkerDestination = Parameters<typeof startWorker>[0][number];

/** Adds what the worker needs to deliver at each enabled destination, its adapter made. */
function describeWork(
  work: WorkerDestination[],
  store: Store,
  { core, adapters: configs }: Settings,
  enabled: readonly AdapterDefinition[],
  metrics: Metrics,
  log: Logger,
  clock: Clock,
  pace: Pace,
): void {
  const completeCall = createCallCompleter({
    defaultCountry: core.DEFAULT_COUNTRY,
    defaultAreaCode: core.DEFAULT_AREA_CODE,
    timeZone: core.TIME_ZONE,
    statusMap: core.JET_STATUS_MAP,
  });
  const identity = identifyHolder();
  for (const definition of enabled) {
    const { name } = definition;
    const config = configs.get(name) ?? {};
    const destinationLog = log.child({ destination: name });
    work.push({
      store,
      name,
      capabilities: capabilitiesUnder(definition, config),
      completeCall,
      settleAfterMs: core.SETTLE_AFTER,
      ...identity,
      clock,
      ...pace,
      random: Math.random,
      log: destinationLog,
      adapter: createDestinationAdapter(definition, config, {
        core,
        clock,
        log: destinationLog,
        ledger: createStoredLedger(store, name, clock),
        showFigure: (figure, value) => metrics.destinationFigure(name, figure, value),
      }),
      onSettled: (outcome, count) => metrics.deliverySettled(name, outcome, count),
    });
  }
}
