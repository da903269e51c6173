import type { Capabilities } from '../contract/adapter.ts';
import type { Clock } from '../domain/clock.ts';
import type { Log } from '../domain/log.ts';
import { releaseLease, takeLease, type Lease } from '../store/destinations.ts';
import { makeDueEarlier } from '../store/set-back.ts';
import type { Store } from '../store/store.ts';
import { makeDueAgain } from '../store/upkeep/replay.ts';
import { dueWithinMs } from './backoff.ts';

export interface LeaseDependencies {
  readonly store: Store;
  readonly name: string;
  readonly capabilities: Pick<Capabilities, 'stages'>;
  /** Names this process among all that share the store. */
  readonly holder: string;
  /** True when another holder's process has certainly ended. Its lease can then be taken at once. */
  readonly hasEnded: (holder: string) => boolean;
  readonly clock: Clock;
  readonly leaseMs: number;
  /** How long a call at a stage that is not delivered waits for its end. */
  readonly settleAfterMs: number;
  readonly log: Log;
}

/**
 * This process's lease on one destination, and the deliveries that the adapter received under it.
 * Why: docs/decisions/leases.md
 */
export interface LeaseKeeper {
  /**
   * Takes the lease, or renews it when a quarter of its time has passed. Each lease taken has a greater fence than the
   * one before.
   * @returns undefined while another process holds the destination
   */
  hold(): Promise<Lease | undefined>;
  /** The time that a batch can take from now, in milliseconds. 0 or less: the lease must be renewed first. */
  batchTimeMs(): number;
  /** Notes which deliveries the adapter receives. */
  give(callIds: readonly string[]): void;
  /** Notes that those deliveries were settled. */
  settle(): void;
  /** Notes that another process has the destination. The next `hold` takes it again. */
  lose(): void;
  /** Releases the lease. A failure of the store is logged. */
  end(): Promise<void>;
}

export function createLeaseKeeper(dependencies: LeaseDependencies): LeaseKeeper {
  const { store, name, holder, hasEnded, clock, leaseMs, log } = dependencies;
  let lease: Lease | undefined;
  let renewedAtMs = 0;
  let given: { readonly fence: number; readonly callIds: readonly string[] } | undefined;

  const takeOrRenew = async (): Promise<void> => {
    const nowMs = clock();
    const next = await takeLease(store, name, holder, lease, leaseMs, nowMs, hasEnded);
    if (next === undefined && lease !== undefined) log.warn({}, 'Another process took the destination');
    const wasSetBack = nowMs < renewedAtMs;
    if (next !== undefined && (lease === undefined || wasSetBack))
      await shortenPostponements(dependencies, nowMs);
    if (next !== undefined && lease === undefined) {
      const { fence, abandoned } = next;
      log.info({ fence, abandoned }, 'This process now delivers to the destination');
    }
    lease = next;
    renewedAtMs = nowMs;
  };

  /** The lease was lost in the middle of a batch, so the adapter may have overwritten what the new holder delivered. */
  const makeGivenDueAgain = async (): Promise<void> => {
    await makeDueAgain(store, name, given?.callIds ?? [], clock());
    given = undefined;
  };

  return {
    async hold() {
      const isFresh = lease !== undefined && Math.abs(clock() - renewedAtMs) < leaseMs / 4;
      if (!isFresh) await takeOrRenew();
      if (given !== undefined && given.fence !== lease?.fence) await makeGivenDueAgain();
      return lease;
    },
    batchTimeMs() {
      // A batch must end before the lease. A process that was suspended since the last renewal has no time left.
      const leftMs = renewedAtMs + (leaseMs * 3) / 4 - clock();
      return Math.min(leaseMs / 2, leftMs);
    },
    give(callIds) {
      if (lease !== undefined) given = { fence: lease.fence, callIds };
    },
    settle() {
      given = undefined;
    },
    lose() {
      lease = undefined;
    },
    async end() {
      if (given !== undefined) {
        await makeGivenDueAgain().catch((error: unknown) =>
          log.error({ error }, 'The unsettled batch could not be made due again; replay its calls'),
        );
      }
      if (lease !== undefined) {
        await releaseLease(store, name, lease).catch((error: unknown) =>
          log.warn({ error }, 'The lease could not be released; it expires by itself'),
        );
      }
    },
  };
}

/** Deliveries that were postponed while the clock was ahead would otherwise wait until that time. */
async function shortenPostponements(
  { store, name, capabilities: { stages }, settleAfterMs, log }: LeaseDependencies,
  nowMs: number,
): Promise<void> {
  const dueLatestMs = nowMs + dueWithinMs + settleAfterMs;
  const deliveries = await makeDueEarlier(store, { name, stages, settleAfterMs }, dueLatestMs, nowMs);
  if (deliveries > 0)
    log.warn({ deliveries }, 'The clock was set back; postponed deliveries are now due sooner');
}
