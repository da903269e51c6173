import type { Adapter } from '../contract/adapter.ts';
import { AdapterMisconfigured, DestinationUnavailable } from '../contract/errors.ts';
import type { Call } from '../domain/call.ts';
import type { CallRecord } from '../domain/fold.ts';
import { noteInHand, readNextDueMs, type DueDelivery } from '../store/deliveries.ts';
import {
  noteSuspect,
  readDestinations,
  releaseLease,
  writePause,
  type Lease,
} from '../store/destinations.ts';
import { makeDueAgain } from '../store/upkeep/replay.ts';
import { settle } from '../store/settle.ts';
import { attempt, type AttemptResult } from './attempt.ts';
import { startDeadline } from './deadline.ts';
import {
  emptyHold,
  holdLease,
  rateLimitWaitMs,
  resizeBatches,
  type Hold,
  type HoldDependencies,
} from './hold.ts';
import { pauseLeftMs, pauseMs } from './pause.ts';
import { blameDelivery, noteProbe } from './probing.ts';
import { countSettlements, warnOfResting } from './settled-batch.ts';
import { settlementOf } from './settlement.ts';
import type { Sleeper } from './sleeper.ts';
import { reasonLengthMax, storableText } from './storable-text.ts';
import { countAlone, isPoison, readBatch, setAside, suspectOf } from './suspicion.ts';

export interface RunnerDependencies extends HoldDependencies {
  readonly adapter: Adapter;
  readonly completeCall: (record: CallRecord) => Call;
  readonly sleeper: Sleeper;
  readonly random: () => number;
  readonly onSettled: (outcome: string, count: number) => void;
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
  const hold = emptyHold(dependencies.capabilities);
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
  if (hold.inHand !== undefined) {
    await makeLateDueAgain(dependencies, hold).catch((error: unknown) =>
      log.error({ error }, 'What was in hand could not be made due again; replay it'),
    );
  }
  if (hold.lease !== undefined) {
    await releaseLease(dependencies.store, dependencies.name, hold.lease).catch((error: unknown) =>
      log.warn({ error }, 'The lease could not be given back; it ends by itself'),
    );
  }
}

/** One turn of the loop. Answers how long there is nothing to do, in milliseconds. */
async function workOnce(
  dependencies: RunnerDependencies,
  hold: Hold,
  interrupt: AbortSignal,
): Promise<number> {
  const { store, name, capabilities, clock, pollMs } = dependencies;
  // A delivery that only a lost file remembers would be made again later. The receiver logs the loss.
  if (store.writer.findLostFile() !== undefined) return pollMs;
  const lease = await holdLease(dependencies, hold);
  if (hold.inHand !== undefined && lease?.fence !== hold.inHand.fence)
    await makeLateDueAgain(dependencies, hold);
  if (lease === undefined) return pollMs;
  const state = (await readDestinations(store)).find((destination) => destination.name === name);
  hold.pauses = state?.pauses ?? 0;
  const pausedMs = pauseLeftMs(state?.pausedUntilMs ?? 0, clock());
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
    const batch = await readBatch(dependencies, hold);
    hold.fresh = false;
    if (batch.length === 0) {
      hold.alone = 0;
      hold.probe = undefined;
      return await restMs(dependencies);
    }
    hold.batchStartsMs.push(clock());
    const result = await deliverBatch(dependencies, lease, hold, batch, interrupt);
    if (result === undefined) return 0;
    const { settled, stopped } = result;
    if (settled) noteProbe(hold, batch, result);
    if (settled && stopped === undefined)
      countAlone(
        hold,
        batch.map(({ call }) => call.id),
      );
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

/** What became of a batch. */
interface BatchResult extends Pick<AttemptResult, 'stopped'> {
  readonly settled: boolean;
  readonly landed: boolean;
}

const notSettled: BatchResult = { settled: false, stopped: undefined, landed: false };

/**
 * `settled` is false when another process has taken the destination over: the batch stays due. Undefined: nothing was
 * tried, since the lease must be renewed first, or since the store's file is lost.
 */
async function deliverBatch(
  dependencies: RunnerDependencies,
  lease: Lease,
  hold: Hold,
  batch: readonly DueDelivery[],
  interrupt: AbortSignal,
): Promise<BatchResult | undefined> {
  const { store, name, capabilities, clock, random, leaseMs, log, onSettled } = dependencies;
  const callIds = batch.map((due) => due.call.id);
  if (capabilities.idempotency !== 'native') {
    if (!(await noteInHand(store, name, lease.fence, callIds, clock()))) return notSettled;
  }
  const suspect = suspectOf(hold, callIds);
  const poison = suspect !== undefined && isPoison(suspect) ? suspect : undefined;
  if (suspect !== undefined && poison === undefined) {
    if (!(await noteSuspect(store, name, lease, suspect))) return notSettled;
  }
  // The deadline ends before the lease does. A process that was stopped since it looked at its lease has none left.
  const leftMs = hold.renewedAtMs + (leaseMs * 3) / 4 - clock();
  if (leftMs <= 0 || store.writer.findLostFile() !== undefined) return undefined;
  const deadlineMs = Math.min(leaseMs / 2, leftMs);
  hold.inHand = { fence: lease.fence, callIds };
  const { outcomes, stopped, late } =
    poison === undefined
      ? blameDelivery(hold, batch, await attempt({ ...dependencies, deadlineMs }, batch, interrupt))
      : setAside(poison, log);
  resizeBatches(hold, capabilities, batch.length, late);
  const landed = [...outcomes.values()].some(({ kind }) => kind === 'delivered');
  if (outcomes.size === 0) return { settled: true, stopped, landed };
  const nowMs = clock();
  const settlements = batch.flatMap((due) => {
    const outcome = outcomes.get(due.call.id);
    return outcome === undefined ? [] : [settlementOf(due, outcome, nowMs, random())];
  });
  const counts = countSettlements(settlements);
  if (!(await settle(store, name, lease.fence, settlements, nowMs))) {
    log.warn(counts, 'Another process took the destination over in mid-batch; the batch is due again');
    return notSettled;
  }
  hold.inHand = undefined;
  for (const [outcome, count] of Object.entries(counts)) onSettled(outcome, count);
  log.info(counts, 'A batch was settled');
  warnOfResting(settlements, log);
  return { settled: true, stopped, landed };
}

/** What was in hand when the lease was lost may have been written late, over what the present holder writes. */
async function makeLateDueAgain({ store, name, clock }: RunnerDependencies, hold: Hold): Promise<void> {
  await makeDueAgain(store, name, hold.inHand?.callIds ?? [], clock());
  hold.inHand = undefined;
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
