import { setTimeout as sleep } from 'node:timers/promises';
import { TookTooLong, within } from '../domain/within.ts';

/** The store did not answer in time, and has not answered since. */
export class StoreSilent extends Error {
  override readonly name = 'StoreSilent';
}

/** Stands before the store, so that nobody waits for one that does not answer. */
export interface StoreGate {
  /**
   * Runs work on the store, or refuses it at once while the store does not answer.
   *
   * @throws StoreSilent; the work may have been done all the same
   */
  run<Result>(work: () => Promise<Result>): Promise<Result>;
  /** True when an error says that the store cannot work now. */
  readonly isAway: (error: unknown) => boolean;
  /** False while work is refused. */
  readonly isOpen: () => boolean;
  /** Whether the store would take a push now. However many ask, it is tried at most once a second. */
  readonly canStore: () => Promise<boolean>;
  /** Stops looking whether the store answers again. */
  stop(): void;
}

export interface StoreGateOptions {
  /** How long work may take. Longer than the store itself waits for a lock that another process holds. */
  readonly answersWithinMs: number;
  /** A failure that took longer than this is silence too. A quick one refuses nobody: it is an answer. */
  readonly quickMs: number;
  readonly probeEveryMs: number;
  readonly isAway: (error: unknown) => boolean;
  /** False while what is committed would be lost. Asked before a result is reported. */
  readonly isInPlace: () => boolean;
  /** A piece of work that needs what a push needs, and leaves nothing. */
  readonly probe: () => PromiseLike<unknown>;
  /** Called when the gate shuts, and when it opens again. */
  readonly onChange: (isOpen: boolean) => void;
}

// Whoever asks whether the store can be used is told soon, and not from long ago.
const toldWithinMs = 2_000;
const toldForMs = 1_000;

/**
 * While the store is silent the gate alone asks it, again and again; everybody else is told at once. From any failure
 * until a probe succeeds it also says that the store takes no push: a full disk fails quickly, and lets one read.
 * Why: docs/decisions/store-gate.md
 */
export function createStoreGate(options: StoreGateOptions): StoreGate {
  const { answersWithinMs, quickMs, probeEveryMs, isAway, isInPlace, probe, onChange } = options;
  let open = true;
  let sound = true;
  let wasInPlace = true;
  let soundAtMs = -Infinity;
  let checking: Promise<boolean> | undefined;
  const isOpen = (): boolean => open;
  const stopping = new AbortController();

  const probeInPlace = async (): Promise<void> => {
    requireInPlace();
    await probe();
  };

  const requireInPlace = (): void => {
    wasInPlace = isInPlace();
    if (!wasInPlace) throw new StoreSilent('The file of the store is not in its place');
  };

  const probeUntilSound = async (): Promise<void> => {
    if (!sound) return;
    sound = false;
    while (!stopping.signal.aborted) {
      try {
        await within(answersWithinMs, probeInPlace());
        sound = true;
        soundAtMs = performance.now();
        if (open) return;
        open = true;
        onChange(open);
        return;
      } catch {
        await sleep(probeEveryMs, undefined, { ref: false, signal: stopping.signal }).catch(() => undefined);
      }
    }
  };

  const shut = (): void => {
    if (open) {
      open = false;
      onChange(open);
    }
    void probeUntilSound();
  };

  const check = async (): Promise<boolean> => {
    try {
      await within(toldWithinMs, probeInPlace());
      soundAtMs = performance.now();
    } catch {
      void probeUntilSound();
    }
    return sound;
  };

  return {
    async run(work) {
      if (!isOpen()) throw new StoreSilent('The store does not answer');
      // A look costs some file lookups: while all was well at the last one, the one after the work is enough.
      if (!wasInPlace) requireInPlace();
      const startedMs = performance.now();
      try {
        const result = await within(answersWithinMs, work());
        requireInPlace();
        return result;
      } catch (error) {
        const tookTooLong = error instanceof TookTooLong;
        const isSilent = tookTooLong || (isAway(error) && performance.now() - startedMs > quickMs);
        if (!stopping.signal.aborted) {
          if (isSilent) shut();
          else if (isAway(error)) void probeUntilSound();
        }
        throw tookTooLong ? new StoreSilent('The store did not answer in time', { cause: error }) : error;
      }
    },
    isAway: (error) => error instanceof StoreSilent || isAway(error),
    isOpen,
    canStore() {
      if (!sound || !isInPlace()) return Promise.resolve(false);
      if (performance.now() - soundAtMs < toldForMs) return Promise.resolve(true);
      return (checking ??= check().finally(() => {
        checking = undefined;
      }));
    },
    stop: () => stopping.abort(),
  };
}
