import { setTimeout as sleep } from 'node:timers/promises';
import { AdapterMisconfigured, DestinationUnavailable } from '../contract/errors.ts';
import { readDue, readNextDueMs, type DueDelivery } from '../store/deliveries.ts';
import { readDestinations, writePause, type Lease } from '../store/destinations.ts';
import { createBatchSize } from './batch-size.ts';
import { startDeadline } from './deadline.ts';
import { deliverBatch, type Machines } from './deliver-batch.ts';
import { createLeaseKeeper } from './lease.ts';
import { createOutageProbe } from './outage-probe.ts';
import { chooseOther, createPoisonGuard, suspectChoices } from './poison.ts';
import type { RunnerDependencies } from './runner-dependencies.ts';
import { reasonLengthMax, storableText } from './storable-text.ts';

// How long the runner waits for more calls after a small batch, so that the next batch holds more than one call. Many
// destinations need nearly as much time for one call as for twenty.
const usualGatherMs = 25;
// A batch is small below this share of the allowed size.
const smallShare = 1 / 4;

/**
 * Delivers to one destination until it is stopped: holds the lease, reads due deliveries in batches and settles each
 * delivery by id. It has one batch in flight at a time.
 * @param stopping aborts when the runner must not start another batch
 * @param interrupt aborts when the runner must abandon the batch in flight
 */
export async function runDestination(
  dependencies: RunnerDependencies,
  stopping: AbortSignal,
  interrupt: AbortSignal,
): Promise<void> {
  const { capabilities, clock, log, sleeper, pollMs } = dependencies;
  const machines: Machines = {
    leases: createLeaseKeeper(dependencies),
    batchSize: createBatchSize(capabilities, clock),
    poison: createPoisonGuard(capabilities),
    outage: createOutageProbe(clock),
  };
  const takeTurn = createTurn(dependencies, machines, stopping, interrupt);
  while (!stopping.aborted) {
    let restMs: number;
    try {
      restMs = await takeTurn();
    } catch (error) {
      log.error({ error }, 'The worker could not use the store; it tries again');
      restMs = pollMs * 2;
    }
    if (restMs > 0) await sleeper.sleep(restMs);
  }
  await machines.leases.end();
}

/** Makes one turn of the loop. A turn returns how long there is nothing to do, in milliseconds. */
function createTurn(
  dependencies: RunnerDependencies,
  machines: Machines,
  stopping: AbortSignal,
  interrupt: AbortSignal,
): () => Promise<number> {
  const { store, name, pollMs, gatherMs = usualGatherMs } = dependencies;
  const { leases, batchSize, poison, outage } = machines;
  /** The lease that the machines' state belongs to. */
  let fence: number | undefined;
  let isPrepared = false;

  const begin = (lease: Lease): void => {
    fence = lease.fence;
    isPrepared = false;
    batchSize.reset();
    poison.begin(lease);
    outage.begin();
  };

  /** @throws DestinationUnavailable, AdapterMisconfigured */
  const work = async (lease: Lease): Promise<number> => {
    if (!isPrepared) {
      await prepare(dependencies, interrupt);
      isPrepared = true;
      // `prepare` can take long, so the next turn checks the lease before it delivers.
      return 0;
    }
    const { batch, isComplete } = await readBatch(dependencies, machines);
    outage.obeyPauses();
    if (batch.length === 0) {
      poison.clear();
      outage.clear();
      return restMs(dependencies);
    }
    batchSize.start();
    const result = await deliverBatch(dependencies, machines, lease, batch, interrupt);
    if (result === undefined) return 0;
    if (!result.settled) {
      leases.lose();
      return 0;
    }
    outage.note(batch, result);
    if (result.stopped !== undefined) throw result.stopped;
    poison.countSettled(batch.map(({ call }) => call.id));
    if (outage.isUnreachable()) {
      batchSize.shrinkAfterOutage();
      await writePause(store, name, lease, undefined);
    } else if (isComplete && batch.length < batchSize.limit() * smallShare) await gather(gatherMs, stopping);
    return 0;
  };

  return async () => {
    // While the store's file is lost, the new state cannot be stored, so the calls would be delivered again. The
    // receiver logs the loss.
    if (store.writer.findLostFile() !== undefined) return pollMs;
    const lease = await leases.hold();
    if (lease === undefined) return pollMs;
    if (lease.fence !== fence) begin(lease);
    const pausedMs = outage.observe((await readDestinations(store)).find((state) => state.name === name));
    if (pausedMs > 0) return Math.min(pausedMs, pollMs);
    const waitMs = batchSize.waitMs();
    if (waitMs > 0) return waitMs;
    try {
      return await work(lease);
    } catch (error) {
      if (!isOfDestination(error)) throw error;
      // The kit's table at the destination may be missing by the next attempt.
      isPrepared = false;
      await pause(dependencies, machines, lease, error);
      return pollMs;
    }
  };
}

/**
 * Chooses the next batch: one delivery alone after an outage or the end of a process, otherwise as many as the limit
 * allows. It is complete when no other delivery is due.
 */
async function readBatch(
  { store, name, clock }: RunnerDependencies,
  { batchSize, poison, outage }: Machines,
): Promise<{ readonly batch: readonly DueDelivery[]; readonly isComplete: boolean }> {
  const read = (limit: number): Promise<readonly DueDelivery[]> => readDue(store, name, limit, clock());
  const suspect = poison.suspectToDelay();
  if (suspect !== undefined)
    return { batch: chooseOther(suspect, await read(suspectChoices)), isComplete: false };
  if (outage.isProbing()) return { batch: outage.choose(await read(outage.choices())), isComplete: false };
  const limit = poison.isAlone() ? 1 : batchSize.limit();
  const batch = await read(limit);
  return { batch, isComplete: batch.length < limit };
}

/** Waits for more calls. A stop ends the wait, and a new call does not. */
function gather(gatherMs: number, stopping: AbortSignal): Promise<void> {
  return sleep(gatherMs, undefined, { signal: stopping }).catch(() => undefined);
}

async function prepare({ adapter, leaseMs }: RunnerDependencies, interrupt: AbortSignal): Promise<void> {
  if (adapter.prepare === undefined) return;
  const deadline = startDeadline(interrupt, leaseMs / 2);
  try {
    await deadline.wait(adapter.prepare(deadline.signal));
  } catch (error) {
    if (isOfDestination(error)) throw error;
    throw new DestinationUnavailable('The destination could not be prepared.', { cause: error });
  } finally {
    deadline.end();
  }
}

async function pause(
  { store, name, clock, random, log, onSettled }: RunnerDependencies,
  { outage }: Machines,
  lease: Lease,
  error: DestinationUnavailable | AdapterMisconfigured,
): Promise<void> {
  const { durationMs, pauses } = outage.pauseAfter(error, random());
  const reason = storableText(error.message, reasonLengthMax);
  const remedy =
    error instanceof AdapterMisconfigured ? storableText(error.remedy, reasonLengthMax) : undefined;
  log.warn({ reason, remedy, durationMs, pauses }, 'The destination is paused');
  onSettled(error instanceof AdapterMisconfigured ? 'misconfigured' : 'unavailable', 1);
  await writePause(store, name, lease, { untilMs: clock() + durationMs, pauses, reason, remedy });
}

function isOfDestination(error: unknown): error is DestinationUnavailable | AdapterMisconfigured {
  return error instanceof DestinationUnavailable || error instanceof AdapterMisconfigured;
}

async function restMs({ store, name, clock, pollMs }: RunnerDependencies): Promise<number> {
  const nextMs = await readNextDueMs(store, name);
  return nextMs === undefined ? pollMs : Math.min(Math.max(nextMs - clock(), 1), pollMs);
}
