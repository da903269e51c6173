import type { Capabilities } from '../contract/adapter.ts';
import type { Clock } from '../domain/clock.ts';
import type { Log } from '../domain/log.ts';
import { bringNearer } from '../store/set-back.ts';
import { takeLease, type Lease, type Suspect } from '../store/destinations.ts';
import type { Store } from '../store/store.ts';
import { dueWithinMs } from './backoff.ts';

/** What a worker remembers of a destination while it holds it. */
export interface Hold {
  lease: Lease | undefined;
  renewedAtMs: number;
  /** What the adapter was given and was not settled, under which fence. */
  inHand: { readonly fence: number; readonly callIds: readonly string[] } | undefined;
  prepared: boolean;
  /** The destination was taken just now: a pause that was written before is not waited for, once. */
  fresh: boolean;
  /** Pauses in a row; above 0 the next batch is a probe of one delivery. */
  pauses: number;
  batchStartsMs: number[];
  /** The most deliveries in the next batch: fewer after one that took too long. */
  batchSizeMax: number;
  /** How many deliveries are still tried alone, since the holder before may have ended because of one of them. */
  alone: number;
  /** What that holder had in hand alone. */
  suspect: Suspect | undefined;
  /** What the destination is probed with while it is away. */
  probe: Probe | undefined;
}

/** The delivery by which a destination that is away was probed first. */
export interface Probe {
  readonly callId: string;
  /** How many probes failed since, those with other deliveries counted. */
  readonly failures: number;
  /** Another one landed since, so the destination is not away: it is tried once more, alone. */
  readonly otherLanded: boolean;
}

export interface HoldDependencies {
  readonly store: Store;
  readonly name: string;
  readonly capabilities: Capabilities;
  /** Names this process among those that share the store. */
  readonly holder: string;
  /** True when another holder's process has ended for certain; its lease is not waited for. */
  readonly hasEnded: (holder: string) => boolean;
  readonly clock: Clock;
  readonly leaseMs: number;
  /** How long a call whose stage lands nothing waits for its end. */
  readonly settleAfterMs: number;
  readonly log: Log;
}

export function emptyHold({ batchSizeMax }: Capabilities): Hold {
  return {
    lease: undefined,
    renewedAtMs: 0,
    inHand: undefined,
    prepared: false,
    fresh: false,
    pauses: 0,
    batchStartsMs: [],
    batchSizeMax,
    alone: 0,
    suspect: undefined,
    probe: undefined,
  };
}

/** The lease on the destination, taken or renewed where that is needed. Undefined: another process holds it. */
export async function holdLease(dependencies: HoldDependencies, hold: Hold): Promise<Lease | undefined> {
  const { store, name, holder, hasEnded, clock, leaseMs, capabilities, log } = dependencies;
  if (hold.lease !== undefined && Math.abs(clock() - hold.renewedAtMs) < leaseMs / 4) {
    return hold.lease;
  }
  const nowMs = clock();
  const lease = await takeLease(store, name, holder, hold.lease, leaseMs, nowMs, hasEnded);
  if (lease === undefined && hold.lease !== undefined)
    log.warn({}, 'Another process took the destination over');
  const wasSetBack = nowMs < hold.renewedAtMs;
  if (lease !== undefined && (hold.lease === undefined || wasSetBack)) await endFarWaits(dependencies, nowMs);
  if (lease !== undefined && hold.lease === undefined) {
    hold.prepared = false;
    hold.fresh = true;
    hold.batchSizeMax = capabilities.batchSizeMax;
    hold.alone = lease.abandoned ? capabilities.batchSizeMax : 0;
    hold.suspect = lease.suspect;
    hold.probe = undefined;
    log.info(
      { fence: lease.fence, abandoned: lease.abandoned },
      'This process delivers at the destination now',
    );
  }
  hold.lease = lease;
  hold.renewedAtMs = nowMs;
  return lease;
}

/** What was put off under a clock that ran ahead would otherwise wait until that time comes. */
async function endFarWaits(
  { store, name, capabilities: { stages }, settleAfterMs, log }: HoldDependencies,
  nowMs: number,
): Promise<void> {
  const dueLatestMs = nowMs + dueWithinMs + settleAfterMs;
  const deliveries = await bringNearer(store, { name, stages, settleAfterMs }, dueLatestMs, nowMs);
  if (deliveries > 0)
    log.warn({ deliveries }, 'The clock was set back: deliveries that it had put off are due sooner now');
}

/** The most deliveries that the next batch may have. */
export function batchLimit(hold: Hold): number {
  return hold.pauses > 0 || hold.alone > 0 ? 1 : hold.batchSizeMax;
}

/** A batch that took too long halves the next one; one that came back in time lets it grow again. */
export function resizeBatches(hold: Hold, { batchSizeMax }: Capabilities, size: number, late: boolean): void {
  if (late) hold.batchSizeMax = Math.max(1, Math.floor(size / 2));
  else if (size >= hold.batchSizeMax) hold.batchSizeMax = Math.min(batchSizeMax, hold.batchSizeMax * 2);
}

/** How long until another batch is allowed, in milliseconds. */
export function rateLimitWaitMs({ rateLimit }: Capabilities, hold: Hold, nowMs: number): number {
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
