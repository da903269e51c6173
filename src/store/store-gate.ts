import { setTimeout as sleep } from 'node:timers/promises';
import { TookTooLong, within } from '../domain/within.ts';

/** The store did not answer in time, and has not answered since. */
export class StoreSilent extends Error {
  override readonly name = 'StoreSilent';
}

/** Guards the store, so that no request waits for a store that does not answer. */
export interface StoreGate {
  /**
   * Runs work on the store. While the store does not answer, the work is refused at once.
   *
   * @param withinMs how long the work may take; the gate's own limit if it is left out; Infinity sets no limit
   * @throws StoreSilent; the work may have been done anyway
   */
  run<Result>(work: () => Promise<Result>, withinMs?: number): Promise<Result>;
  /** True when an error means that the store cannot work now. */
  readonly isAway: (error: unknown) => boolean;
  /** False while work is refused. */
  readonly isOpen: () => boolean;
  /** Whether the store can take a push now. At most one check a second reaches the store, for any number of callers. */
  readonly canStore: () => Promise<boolean>;
  /** Stops the probes. */
  stop(): void;
}

export interface StoreGateOptions {
  /** How long work may take. Must be longer than the store's own wait for a lock. */
  readonly answersWithinMs: number;
  /** A failure that took longer than this also counts as silence. A quick failure does not, because it is an answer. */
  readonly quickMs: number;
  readonly probeEveryMs: number;
  readonly isAway: (error: unknown) => boolean;
  /** False when committed data would be lost. Checked before a result is reported. */
  readonly isInPlace: () => boolean;
  /** Does what a push does, but leaves no data. */
  readonly probe: () => PromiseLike<unknown>;
  /** Called when the gate closes and when it opens again. */
  readonly onChange: (isOpen: boolean) => void;
}

// Readiness answers quickly and is at most one second old.
const readinessWithinMs = 2_000;
const readinessValidMs = 1_000;

/**
 * While the store is silent, only the gate probes it, and all other work is refused at once. After any failure,
 * readiness is false until a probe succeeds: for example, a full disk fails quickly but can still be read.
 * Why: docs/decisions/store-gate.md
 */
export function createStoreGate(options: StoreGateOptions): StoreGate {
  const { answersWithinMs, quickMs, probeEveryMs, isAway, isInPlace, probe, onChange } = options;
  let open = true;
  let isHealthy = true;
  let wasInPlace = true;
  let healthyAtMs = -Infinity;
  let checking: Promise<boolean> | undefined;
  const isOpen = (): boolean => open;
  const stopping = new AbortController();

  const probeInPlace = async (): Promise<void> => {
    requireInPlace();
    await probe();
  };

  const requireInPlace = (): void => {
    wasInPlace = isInPlace();
    if (!wasInPlace) throw new StoreSilent('The file of the store is missing or was replaced');
  };

  const probeUntilHealthy = async (): Promise<void> => {
    if (!isHealthy) return;
    isHealthy = false;
    while (!stopping.signal.aborted) {
      try {
        await within(answersWithinMs, probeInPlace());
        isHealthy = true;
        healthyAtMs = performance.now();
        if (open) return;
        open = true;
        onChange(open);
        return;
      } catch {
        await sleep(probeEveryMs, undefined, { ref: false, signal: stopping.signal }).catch(() => undefined);
      }
    }
  };

  const close = (): void => {
    if (open) {
      open = false;
      onChange(open);
    }
    void probeUntilHealthy();
  };

  const check = async (): Promise<boolean> => {
    try {
      await within(readinessWithinMs, probeInPlace());
      healthyAtMs = performance.now();
    } catch {
      void probeUntilHealthy();
    }
    return isHealthy;
  };

  return {
    async run(work, withinMs = answersWithinMs) {
      if (!isOpen()) throw new StoreSilent('The store does not answer');
      // The check costs some file system calls. If the last check was good, the check after the work is enough.
      if (!wasInPlace) requireInPlace();
      const startedMs = performance.now();
      try {
        const result = await within(withinMs, work());
        requireInPlace();
        return result;
      } catch (error) {
        const tookTooLong = error instanceof TookTooLong;
        const isSilent = tookTooLong || (isAway(error) && performance.now() - startedMs > quickMs);
        if (!stopping.signal.aborted) {
          if (isSilent) close();
          else if (isAway(error)) void probeUntilHealthy();
        }
        throw tookTooLong ? new StoreSilent('The store did not answer in time', { cause: error }) : error;
      }
    },
    isAway: (error) => error instanceof StoreSilent || isAway(error),
    isOpen,
    canStore() {
      if (!isHealthy || !isInPlace()) return Promise.resolve(false);
      if (performance.now() - healthyAtMs < readinessValidMs) return Promise.resolve(true);
      return (checking ??= check().finally(() => {
        checking = undefined;
      }));
    },
    stop: () => stopping.abort(),
  };
}
