import type { Capabilities } from '../contract/adapter.ts';
import type { Clock } from '../domain/clock.ts';
import type { Log } from '../domain/log.ts';
import { releaseLease, takeLease, type Lease } from '../store/destinations.ts';
import { bringNearer } from '../store/set-back.ts';
import type { Store } from '../store/store.ts';
import { makeDueAgain } from '../store/upkeep/replay.ts';
import { dueWithinMs } from './backoff.ts';

export interface LeaseDependencies {
  readonly store: Store;
  readonly name: string;
  readonly capabilities: Pick<Capabilities, 'stages'>;
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

/**
 * This process's lease on one destination, and the deliveries that its adapter was given under the lease.
 * Why: docs/decisions/leases.md
 */
export interface LeaseKeeper {
  /**
   * Takes the lease, or renews it when a quarter of its time has passed. Each lease that is taken has a greater fence
   * than the one before.
   *
   * @returns undefined while another process holds the destination
   */
  hold(): Promise<Lease | undefined>;
  /** How long a batch may take from now, in milliseconds. 0 or less: the lease must be renewed first. */
  batchTimeMs(): number;
  /** Notes which deliveries the adapter is given. */
  give(callIds: readonly string[]): void;
  /** Notes that they were settled. */
  settle(): void;
  /** Notes that another process has the destination: the next `hold` takes it anew. */
  lose(): void;
  /** Gives the lease back. A failure of the store is logged. */
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
    if (next === undefined && lease !== undefined) log.warn({}, 'Another process took the destination over');
    const wasSetBack = nowMs < renewedAtMs;
    if (next !== undefined && (lease === undefined || wasSetBack)) await endFarWaits(dependencies, nowMs);
    if (next !== undefined && lease === undefined) {
      const { fence, abandoned } = next;
      log.info({ fence, abandoned }, 'This process delivers at the destination now');
    }
    lease = next;
    renewedAtMs = nowMs;
  };

  /** After the lease was lost, the adapter may have written these over what the present holder writes. */
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
      // A batch ends before the lease does. A process that was stopped since it renewed the lease has no time left.
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
          log.error({ error }, 'What was in hand could not be made due again; replay it'),
        );
      }
      if (lease !== undefined) {
        await releaseLease(store, name, lease).catch((error: unknown) =>
          log.warn({ error }, 'The lease could not be given back; it ends by itself'),
        );
      }
    },
  };
}

/** Deliveries that were put off under a clock that ran ahead would otherwise wait until that time comes. */
async function endFarWaits(
  { store, name, capabilities: { stages }, settleAfterMs, log }: LeaseDependencies,
  nowMs: number,
): Promise<void> {
  const dueLatestMs = nowMs + dueWithinMs + settleAfterMs;
  const deliveries = await bringNearer(store, { name, stages, settleAfterMs }, dueLatestMs, nowMs);
  if (deliveries > 0)
    log.warn({ deliveries }, 'The clock was set back: deliveries that it had put off are due sooner now');
}
