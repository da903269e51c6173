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
  /** False while work is refused. */
  readonly isOpen: () => boolean;
  /** Stops looking whether the store answers again. */
  stop(): void;
}

export interface StoreGateOptions {
  /** How long work may take. Longer than the store itself waits for a lock that another process holds. */
  readonly answersWithinMs: number;
  /** A failure that took longer than this is silence too. A quick one needs no gate: it is an answer. */
  readonly quickMs: number;
  readonly probeEveryMs: number;
  readonly isAway: (error: unknown) => boolean;
  /** A piece of work that changes nothing, and needs what a push needs. */
  readonly probe: () => PromiseLike<unknown>;
  /** Called when the gate shuts, and when it opens again. */
  readonly onChange: (isOpen: boolean) => void;
}

/** While the store is silent the gate alone asks it, again and again; everybody else is told at once. */
export function createStoreGate(options: StoreGateOptions): StoreGate {
  const { answersWithinMs, quickMs, probeEveryMs, isAway, probe, onChange } = options;
  let open = true;
  const isOpen = (): boolean => open;
  const stopping = new AbortController();

  const shut = async (): Promise<void> => {
    open = false;
    onChange(open);
    while (!stopping.signal.aborted) {
      try {
        await within(answersWithinMs, probe());
        open = true;
        onChange(open);
        return;
      } catch {
        await sleep(probeEveryMs, undefined, { ref: false, signal: stopping.signal }).catch(() => undefined);
      }
    }
  };

  return {
    async run(work) {
      if (!isOpen()) throw new StoreSilent('The store does not answer');
      const startedMs = performance.now();
      try {
        return await within(answersWithinMs, work());
      } catch (error) {
        const tookTooLong = error instanceof TookTooLong;
        const isSilent = tookTooLong || (isAway(error) && performance.now() - startedMs > quickMs);
        if (isSilent && isOpen() && !stopping.signal.aborted) void shut();
        throw tookTooLong ? new StoreSilent('The store did not answer in time', { cause: error }) : error;
      }
    },
    isOpen,
    stop: () => stopping.abort(),
  };
}
