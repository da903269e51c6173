import type { Adapter, Capabilities } from '../contract/adapter.ts';
import { AdapterMisconfigured, DestinationUnavailable } from '../contract/errors.ts';
import type { Outcome } from '../contract/outcome.ts';
import type { Call } from '../domain/call.ts';
import type { Clock } from '../domain/clock.ts';
import type { CallRecord } from '../domain/fold.ts';
import type { Log } from '../domain/log.ts';
import { countAttempts, readDue, readNextDueMs, type DueDelivery } from '../store/deliveries.ts';
import { releaseLease, readDestinations, takeLease, writePause, type Lease } from '../store/destinations.ts';
import { settle } from '../store/settle.ts';
import type { Store } from '../store/store.ts';
import { attempt, type AttemptResult } from './attempt.ts';
import { startDeadline } from './deadline.ts';
import { pauseMs } from './pause.ts';
import { settlementOf } from './settlement.ts';
import type { Sleeper } from './sleeper.ts';
import { reasonLengthMax, storableText } from './storable-text.ts';

export interface RunnerDependencies {
  readonly store: Store;
  readonly name: string;
  readonly adapter: Adapter;
  readonly capabilities: Capabilities;
  readonly completeCall: (record: CallRecord) => Call;
  /** Names this process among those that share the store. */
  readonly holder: string;
  readonly sleeper: Sleeper;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  readonly onSettled: (outcome: string, count: number) => void;
  readonly leaseMs: number;
  /** How long to sleep at most before looking for work that another process left. */
  readonly pollMs: number;
}

/**
 * Delivers at one destination until it is stopped: holds the lease, takes what is due in batches, one batch in
 * flight, and settles each by id.
 *
 * @param stopping aborts when no further batch is to be taken
 * @param interrupt aborts when the batch in flight is to be given up
 */
export async function runDestination(
  dependencies: RunnerDependencies,
  stopping: AbortSignal,
  interrupt: AbortSignal,
): Promise<void> {
  const { log, sleeper, pollMs } = dependencies;
  const hold: Hold = {
    lease: undefined,
    renewedAtMs: 0,
    prepared: false,
    fresh: false,
    pauses: 0,
    batchStartsMs: [],
  };
  while (!stopping.aborted) {
    let restMs: number;
    try {
      restMs = await workOnce(dependencies, hold, interrupt);
    } catch (error) {
      log.error({ error }, 'The store did not let the worker go on; it tries again');
      restMs = pollMs * 2;
    }
    if (restMs > 0) await sleeper.sleep(restMs);
  }
  if (hold.lease !== undefined) {
    await releaseLease(dependencies.store, dependencies.name, hold.lease).catch((error: unknown) =>
      log.warn({ error }, 'The lease could not be given back; it ends by itself'),
    );
  }
}

interface Hold {
  lease: Lease | undefined;
  renewedAtMs: number;
  prepared: boolean;
  /** The destination was taken just now: a pause that was written before is not waited for, once. */
  fresh: boolean;
  /** Pauses in a row; above 0 the next batch is a probe of one delivery. */
  pauses: number;
  batchStartsMs: number[];
}

/** One turn of the loop. Answers how long there is nothing to do, in milliseconds. */
async function workOnce(
  dependencies: RunnerDependencies,
  hold: Hold,
  interrupt: AbortSignal,
): Promise<number> {
  const { store, name, capabilities, clock, pollMs } = dependencies;
  const lease = await holdLease(dependencies, hold);
  if (lease === undefined) return pollMs;
  const state = (await readDestinations(store)).find((destination) => destination.name === name);
  hold.pauses = state?.pauses ?? 0;
  const pausedMs = (state?.pausedUntilMs ?? 0) - clock();
  // Whoever restarts the receiver has mended something.
  if (pausedMs > 0 && !hold.fresh) return Math.min(pausedMs, pollMs);
  const waitMs = rateLimitWaitMs(capabilities, hold, clock());
  if (waitMs > 0) return waitMs;
  try {
    if (!hold.prepared) {
      await prepare(dependencies, interrupt);
      hold.prepared = true;
      // It may have taken long: the lease is looked at again before anything is delivered under it.
      return 0;
    }
    const batch = await readDue(store, name, hold.pauses > 0 ? 1 : capabilities.batchSizeMax, clock());
    hold.fresh = false;
    if (batch.length === 0) return await restMs(dependencies);
    hold.batchStartsMs.push(clock());
    const { settled, stopped } = await deliverBatch(dependencies, lease, batch, interrupt);
    if (!settled) hold.lease = undefined;
    else if (stopped !== undefined) throw stopped;
    else if (hold.pauses > 0) await writePause(store, name, lease, undefined);
    return 0;
  } catch (error) {
    if (!(error instanceof DestinationUnavailable || error instanceof AdapterMisconfigured)) throw error;
    // What is the kit's own at the destination may be gone by the next try.
    hold.prepared = false;
    hold.fresh = false;
    await pause(dependencies, lease, hold.pauses + 1, error);
    return pollMs;
  }
}

async function holdLease(dependencies: RunnerDependencies, hold: Hold): Promise<Lease | undefined> {
  const { store, name, holder, clock, leaseMs, log } = dependencies;
  if (hold.lease !== undefined && Math.abs(clock() - hold.renewedAtMs) < leaseMs / 4) {
    return hold.lease;
  }
  const nowMs = clock();
  const lease = await takeLease(store, name, holder, hold.lease, leaseMs, nowMs);
  if (lease === undefined && hold.lease !== undefined)
    log.warn({}, 'Another process took the destination over');
  if (lease !== undefined && hold.lease === undefined) {
    hold.prepared = false;
    hold.fresh = true;
    log.info({ fence: lease.fence }, 'This process delivers at the destination now');
  }
  hold.lease = lease;
  hold.renewedAtMs = nowMs;
  return lease;
}

async function prepare({ adapter, leaseMs }: RunnerDependencies, interrupt: AbortSignal): Promise<void> {
  if (adapter.prepare === undefined) return;
  const deadline = startDeadline(interrupt, leaseMs / 2);
  try {
    await deadline.wait(adapter.prepare(deadline.signal));
  } catch (error) {
    if (error instanceof DestinationUnavailable || error instanceof AdapterMisconfigured) throw error;
    throw new DestinationUnavailable('The destination could not be made ready.', { cause: error });
  } finally {
    deadline.end();
  }
}

/** `settled` is false when another process has taken the destination over: the batch stays due. */
async function deliverBatch(
  dependencies: RunnerDependencies,
  lease: Lease,
  batch: readonly DueDelivery[],
  interrupt: AbortSignal,
): Promise<{ settled: boolean; stopped?: AttemptResult['stopped'] }> {
  const { store, name, capabilities, clock, random, log, onSettled } = dependencies;
  if (capabilities.idempotency !== 'native') {
    const callIds = batch.map((due) => due.call.id);
    if (!(await countAttempts(store, name, lease.fence, callIds, clock()))) return { settled: false };
  }
  // The deadline ends before the lease does, which was renewed less than a quarter of its length ago.
  const deadlineMs = dependencies.leaseMs / 2;
  const { outcomes, stopped } = await attempt({ ...dependencies, deadlineMs }, batch, interrupt);
  if (outcomes.size === 0) return { settled: true, stopped };
  const nowMs = clock();
  const settlements = batch.flatMap((due) => {
    const outcome = outcomes.get(due.call.id);
    return outcome === undefined ? [] : [settlementOf(due, outcome, nowMs, random())];
  });
  const counts = countByKind(outcomes);
  if (!(await settle(store, name, lease.fence, settlements, nowMs))) {
    log.warn(counts, 'Another process took the destination over in mid-batch; the batch stays due');
    return { settled: false };
  }
  for (const [outcome, count] of Object.entries(counts)) onSettled(outcome, count);
  log.info(counts, 'A batch was settled');
  return { settled: true, stopped };
}

function countByKind(outcomes: ReadonlyMap<string, Outcome>): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { kind } of outcomes.values()) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

async function pause(
  { store, name, clock, random, log, onSettled }: RunnerDependencies,
  lease: Lease,
  pauses: number,
  error: DestinationUnavailable | AdapterMisconfigured,
): Promise<void> {
  const durationMs = pauseMs(error, pauses, random());
  const reason = storableText(error.message, reasonLengthMax);
  const remedy =
    error instanceof AdapterMisconfigured ? storableText(error.remedy, reasonLengthMax) : undefined;
  log.warn({ reason, remedy, durationMs, pauses }, 'The destination is paused');
  onSettled(error instanceof AdapterMisconfigured ? 'misconfigured' : 'unavailable', 1);
  await writePause(store, name, lease, {
    untilMs: clock() + durationMs,
    pauses,
    reason,
    remedy,
  });
}

async function restMs({ store, name, clock, pollMs }: RunnerDependencies): Promise<number> {
  const nextMs = await readNextDueMs(store, name);
  return nextMs === undefined ? pollMs : Math.min(Math.max(nextMs - clock(), 1), pollMs);
}

/** How long until another batch is allowed. */
function rateLimitWaitMs({ rateLimit }: Capabilities, hold: Hold, nowMs: number): number {
  if (rateLimit === undefined) {
    hold.batchStartsMs.length = 0;
    return 0;
  }
  hold.batchStartsMs = hold.batchStartsMs.filter(
    (startMs) => startMs <= nowMs && nowMs - startMs < rateLimit.perMs,
  );
  const [oldestMs] = hold.batchStartsMs;
  if (oldestMs === undefined || hold.batchStartsMs.length < rateLimit.batches) return 0;
  return Math.max(1, oldestMs + rateLimit.perMs - nowMs);
}
