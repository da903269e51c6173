import type { Logger } from 'pino';
import { warnOfEndingApprovals } from '../auth/grants.ts';
import { requireKeyOfClients, secretKeysOf } from '../auth/secret-key.ts';
import type { Settings } from '../config/read-settings.ts';
import type { AdapterDefinition } from '../contract/adapter.ts';
import { identifyHolder } from '../delivery/holder.ts';
import { startWorker, type Worker } from '../delivery/worker.ts';
import type { Clock } from '../domain/clock.ts';
import { within } from '../domain/within.ts';
import { createApp } from '../http/app.ts';
import { createConnectionLimit, findConnectionRoom, type ConnectionRoom } from '../http/connection-limit.ts';
import { startServer, type RunningServer } from '../http/server.ts';
import { awaitStore } from '../store/await-store.ts';
import { NoWrites } from '../database/write-fault.ts';
import { registerDestinations } from '../store/destinations.ts';
import { storeMigrations } from '../store/migrations/index.ts';
import type { Store } from '../store/store.ts';
import { requireStoreOfKey, secretKeyFile } from './data-folder.ts';
import { startConsole } from './console/console-listener.ts';
import { enabledDestinations } from './enabled-destinations.ts';
import { fillListedCalls } from './fill-listed-calls.ts';
import { makeFirstClient, type FirstStart } from './first-client.ts';
import { startHousekeeping } from './housekeeping.ts';
import {
  authorizeDependencies,
  healthDependencies,
  operatorAccess,
  tokenDependencies,
  webhookDependencies,
} from './http-dependencies.ts';
import { createKit, isReceiving } from './kit.ts';
import { startReceiving } from './receiving.ts';
import { logStartWarnings } from './start-warnings.ts';
import { startReplayJobs } from './replay/replay-jobs.ts';
import { addDestinations, type Pace, type WorkerDestination } from './worker-destinations.ts';

/** A running receiver. */
export interface Receiver {
  readonly server: RunningServer;
  /** Undefined when the console is off, or when its port cannot be used. */
  readonly console: RunningServer | undefined;
  readonly store: Store;
  /** The credentials that the very first start made. */
  readonly firstStart: FirstStart | undefined;
  /** Stops accepting requests, and finishes the requests in flight and the current batch. */
  close(): Promise<void>;
}

export interface StartOptions {
  readonly clock?: Clock | undefined;
  readonly pace?: Pace | undefined;
  readonly room?: ConnectionRoom | undefined;
  /** True: a thread of its own reads bodies and stores their calls. It needs the compiled sources. */
  readonly hasStoreThread?: boolean;
}

// Pushes that another process stored are delivered within a second.
const usualPace: Pace = { leaseMs: 60_000, pollMs: 500 };

// With these limits a receiver stops within 30 s.
const closeServerWithinMs = 10_000;
const closeConsoleWithinMs = 2_000;
const closeRefusalsWithinMs = 2_000;
const closeWorkerWithinMs = 15_000;
const storeWaitMs = 30_000;
const warningMs = 86_400_000;
const replayPollMs = 1_000;

/**
 * Puts the receiver together and starts it.
 *
 * @throws StoreUnusable when the store must not be used
 * @throws StoreUnreachable when the store does not answer in time
 * @throws AdapterNotMade when an enabled adapter cannot be made
 */
export async function startReceiver(
  settings: Settings,
  adapters: readonly AdapterDefinition[],
  log: Logger,
  options: StartOptions = {},
): Promise<Receiver> {
  const { core } = settings;
  requireStoreOfKey(core);
  const store = await awaitStore(core.DATABASE_URL, storeMigrations, storeWaitMs, (error) =>
    log.warn(
      { error },
      error instanceof NoWrites
        ? `${error.message} The receiver waits up to ${storeWaitMs / 1000} s for a server that does`
        : `The store cannot be reached yet. The receiver waits up to ${storeWaitMs / 1000} s for it`,
    ),
  );
  try {
    return await startOn(store, settings, adapters, log, options);
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
  {
    clock = Date.now,
    pace = usualPace,
    room = findConnectionRoom(log),
    hasStoreThread = false,
  }: StartOptions,
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
  const kit = createKit({ store, core, secretKeys, log, clock, settings, adapters: enabled });
  const { metrics, limitedLog } = kit;
  let worker: Worker | undefined;
  const onStored = (): void => {
    worker?.wake();
    for (const wake of kit.onStored) wake();
  };
  let closing = false;
  // From the settings, never from the Host header of a request.
  let issuerUrl = core.PUBLIC_URL ?? '';
  const limit = createConnectionLimit(room);
  const isClosing = (): boolean => closing;
  const receiving = isReceiving(kit)
    ? await startReceiving(kit, destinations, onStored, hasStoreThread)
    : undefined;
  const operators = isReceiving(kit) ? operatorAccess(kit) : undefined;
  const app = createApp({
    webhook: isReceiving(kit) && receiving ? webhookDependencies(kit, receiving.inbox) : undefined,
    token: isReceiving(kit) ? tokenDependencies(kit) : undefined,
    authorize:
      isReceiving(kit) && operators ? authorizeDependencies(kit, operators, () => issuerUrl) : undefined,
    health: healthDependencies(kit, isClosing),
    trustProxy: core.TRUST_PROXY,
    publicUrl: core.PUBLIC_URL,
    isClosing,
    isOverLimit: (socket) => limit.isOver(socket),
    metrics,
    noteRefusal: kit.noteRefusal,
    log: limitedLog,
  });
  // Listening and making adapters come first: only a start that succeeds makes and shows the first client.
  const server = await startServer(app, core.HOST, core.PORT, limit, limitedLog).catch(
    async (error: unknown) => {
      await receiving?.close();
      throw error;
    },
  );
  if (core.PUBLIC_URL === undefined) issuerUrl = server.url;
  let firstStart: FirstStart | undefined;
  const work: WorkerDestination[] = [];
  try {
    if (delivers) addDestinations(work, kit, settings.adapters, enabled, pace);
    if (isReceiving(kit)) {
      firstStart = await makeFirstClient(kit);
      await requireKeyOfClients(store, kit.secretKeys);
    }
    if (delivers) worker = startWorker(work);
  } catch (error) {
    await Promise.allSettled(work.map(({ adapter }) => adapter.close()));
    await server.close(0);
    await receiving?.close();
    throw error;
  }
  const consoleServer =
    isReceiving(kit) && operators
      ? await startConsole(kit, operators, room, isClosing, { destinations, wake: () => worker?.wake() })
      : undefined;
  // Only processes with the key remove calls, because tombstones need the key.
  const housekeeping = secretKeys
    ? startHousekeeping({
        ...{ store, secretKey: secretKeys.present, clock, log },
        retentionDays: core.RETENTION_DAYS,
        onTrimmed: (kind, count) => metrics.trimmed(kind, count),
      })
    : undefined;
  const filling = receives ? fillListedCalls(store, log) : undefined;
  const identity = identifyHolder();
  const replayJobs = receives
    ? startReplayJobs({
        ...{ store, destinations, clock, log, pollMs: replayPollMs, ...identity },
        onStep: () => worker?.wake(),
      })
    : undefined;
  const warn = (): void => {
    warnOfEndingApprovals(store, clock, log).catch((error: unknown) =>
      log.warn({ error }, 'Approvals that expire soon could not be looked up. The next attempt is tomorrow'),
    );
  };
  if (receives) warn();
  const warning = setInterval(warn, warningMs);
  if (!receives) clearInterval(warning);
  warning.unref();
  return {
    server,
    console: consoleServer,
    store,
    firstStart,
    async close() {
      closing = true;
      for (const end of kit.onClosing) end();
      clearInterval(warning);
      await Promise.all([server.close(closeServerWithinMs), consoleServer?.close(closeConsoleWithinMs)]);
      limitedLog.flush();
      // The refusals of the last second must not delay the end.
      await within(closeRefusalsWithinMs, kit.refusals.stop()).catch(() => undefined);
      await replayJobs?.stop();
      await worker?.stop(closeWorkerWithinMs);
      await housekeeping?.stop();
      await filling?.stop();
      kit.gate.stop();
      kit.watch.stop();
      await receiving?.close();
      await store.close();
    },
  };
}
