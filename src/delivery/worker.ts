import { setTimeout as sleep } from 'node:timers/promises';
import { runDestination } from './destination-runner.ts';
import type { RunnerDependencies } from './runner-dependencies.ts';
import { createSleeper } from './sleeper.ts';

const closeAdaptersWithinMs = 3_000;

export interface Worker {
  /** Looks for new work at once. */
  wake(): void;
  /** Starts no further batch, waits for those in flight, releases the leases and closes the adapters. */
  stop(withinMs: number): Promise<void>;
}

/** Starts to deliver. Each destination has its own loop, so that an unreachable one never delays another. */
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
      // A connection that hangs must not delay the stop.
      const closed = Promise.allSettled(destinations.map(({ adapter }) => adapter.close()));
      await Promise.race([closed, sleep(closeAdaptersWithinMs, undefined, { ref: false })]);
    },
  };
}
