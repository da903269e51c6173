import { noteFirstAttempts, type DueDelivery } from '../store/deliveries.ts';
import { noteSuspect, type Lease } from '../store/destinations.ts';
import { settle } from '../store/settle.ts';
import { attempt, type AttemptResult } from './attempt.ts';
import type { BatchSize } from './batch-size.ts';
import type { LeaseKeeper } from './lease.ts';
import type { OutageProbe } from './outage-probe.ts';
import { isPoison, setAside, type PoisonGuard } from './poison.ts';
import type { RunnerDependencies } from './runner-dependencies.ts';
import { countSettlements, warnOfUnretried } from './settled-batch.ts';
import { settlementOf } from './settlement.ts';

/** The state of one destination's loop. Each of the four machines owns its part. */
export interface Machines {
  readonly leases: LeaseKeeper;
  readonly batchSize: BatchSize;
  readonly poison: PoisonGuard;
  readonly outage: OutageProbe;
}

export interface BatchResult extends Pick<AttemptResult, 'stopped'> {
  /** False when another process has taken the destination. The batch then stays due. */
  readonly settled: boolean;
  readonly landed: boolean;
}

const notSettled: BatchResult = { settled: false, stopped: undefined, landed: false };

/**
 * Tries a batch and settles its outcomes.
 * @returns undefined when nothing was tried: the lease must be renewed first, or the store's file is lost
 */
export async function deliverBatch(
  dependencies: RunnerDependencies,
  machines: Machines,
  lease: Lease,
  batch: readonly DueDelivery[],
  interrupt: AbortSignal,
): Promise<BatchResult | undefined> {
  const { store, name, capabilities, clock, log } = dependencies;
  const { leases, batchSize, poison, outage } = machines;
  const callIds = batch.map((due) => due.call.id);
  if (capabilities.idempotency !== 'native') {
    if (!(await noteFirstAttempts(store, name, lease.fence, callIds, clock()))) return notSettled;
  }
  const suspect = poison.suspectIn(callIds);
  const poisonous = suspect !== undefined && isPoison(suspect) ? suspect : undefined;
  if (suspect !== undefined && poisonous === undefined) {
    if (!(await noteSuspect(store, name, lease, suspect))) return notSettled;
  }
  const deadlineMs = leases.batchTimeMs();
  if (deadlineMs <= 0 || store.writer.findLostFile() !== undefined) return undefined;
  leases.give(callIds);
  const startedMs = performance.now();
  const { outcomes, stopped, late } =
    poisonous === undefined
      ? outage.blame(batch, await attempt({ ...dependencies, deadlineMs }, batch, interrupt))
      : setAside(poisonous, log);
  const tookMs = Math.round(performance.now() - startedMs);
  batchSize.resize(batch.length, late);
  const landed = [...outcomes.values()].some(({ kind }) => kind === 'delivered');
  if (outcomes.size > 0) {
    if (!(await settleOutcomes(dependencies, lease, batch, outcomes, tookMs))) return notSettled;
    leases.settle();
  }
  return { settled: true, stopped, landed };
}

/** Returns false when another process has taken the destination. */
async function settleOutcomes(
  { store, name, process, clock, random, log, onSettled }: RunnerDependencies,
  lease: Lease,
  batch: readonly DueDelivery[],
  outcomes: AttemptResult['outcomes'],
  tookMs: number,
): Promise<boolean> {
  const nowMs = clock();
  const settlements = batch.flatMap((due) => {
    const outcome = outcomes.get(due.call.id);
    return outcome === undefined ? [] : [settlementOf(due, outcome, nowMs, random())];
  });
  const counts = countSettlements(settlements);
  if (!(await settle(store, name, lease.fence, settlements, nowMs, { tookMs, process }))) {
    log.warn(counts, 'Another process took the destination during a batch; the batch stays due');
    return false;
  }
  for (const [outcome, count] of Object.entries(counts)) onSettled(outcome, count);
  log.info(counts, 'A batch was settled');
  warnOfUnretried(settlements, log);
  return true;
}
