import { wait } from './wait.ts';

// How much delay the pace can make up for: timers fire late by a millisecond or more.
const catchUpMs = 100;

/**
 * Makes a function that waits for the next turn.
 *
 * @param rate turns per second; 0 never waits
 */
export function createPace(rate: number, signal: AbortSignal): () => Promise<void> {
  if (rate === 0) return () => Promise.resolve();
  let dueMs = performance.now();
  return async () => {
    const waitMs = dueMs - performance.now();
    if (waitMs >= 1) await wait(waitMs, signal);
    dueMs = Math.max(dueMs + 1000 / rate, performance.now() - catchUpMs);
  };
}
