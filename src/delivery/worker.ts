import { setTimeout as sleep } from 'node:timers/promises';
import { runDestination } from './destination-runner.ts';
import type { RunnerDependencies } from './runner-dependencies.ts';
import { createSleeper } from './sleeper.ts';

const closeAdaptersWithinMs = 3_000;

export interface Worker {
  /** New work may be there: looks at once. */
  wake(): void;
  /** Takes no further batch, waits for those in flight, gives the leases back and closes the adapters. */
  stop(withinMs: number): Promise<void>;
}

/** Starts to deliver: one loop a destination, so that a dead one never slows another. */
export function startWorker(destinations: readonly Omit<RunnerDependencies, 'sleeper'>[]): Worker {
  const stopping = new AbortController();
  const interrupt = new AbortController();
  const sleepers = destinations.map(() => createSleeper());
  const loops = destinations.map((destination, index) =>
    runDestination(
      { ...destination, sleeper: sleepers[index] ?? createSleeper() },
      stopping.signal,
      interrupt.signal,
    ),
  );
  const wake = (): void => sleepers.forEach((sleeper) => sleeper.wake());
  return {
    wake,
    async stop(withinMs) {
      stopping.abort();
      wake();
      const timer = setTimeout(() => interrupt.abort(), withinMs);
      await Promise.all(loops);
      clearTimeout(timer);
      // A connection that hangs is not waited for.
      const closed = Promise.allSettled(destinations.map(({ adapter }) => adapter.close()));
      await Promise.race([closed, sleep(closeAdaptersWithinMs, undefined, { ref: false })]);
    },
  };
}
