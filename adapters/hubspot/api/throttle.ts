import { setTimeout as sleep } from 'node:timers/promises';

/** Limits how many requests can start within a span of time. */
export interface Throttle {
  /**
   * Waits until a request can start.
   * @throws the signal's reason when it aborts first; the request then does not count
   */
  take(signal: AbortSignal): Promise<void>;
  /** Lets no request start for this time. Milliseconds. */
  rest(durationMs: number): void;
}

/**
 * @param limit at most `count` requests within any `perMs` milliseconds
 * @param now a monotonic clock, in milliseconds
 */
export function createThrottle(
  { count, perMs }: { readonly count: number; readonly perMs: number },
  now: () => number = () => performance.now(),
): Throttle {
  let startsMs: number[] = [];
  let restUntilMs = 0;
  const waitMs = (): number => {
    const nowMs = now();
    startsMs = startsMs.filter((startMs) => nowMs - startMs < perMs);
    const [oldestMs] = startsMs;
    const turnMs = oldestMs === undefined || startsMs.length < count ? nowMs : oldestMs + perMs;
    return Math.max(turnMs, restUntilMs) - nowMs;
  };
  return {
    async take(signal) {
      signal.throwIfAborted();
      for (let left = waitMs(); left > 0; left = waitMs())
        await sleep(Math.ceil(left), undefined, { signal });
      startsMs.push(now());
    },
    rest(durationMs) {
      restUntilMs = Math.max(restUntilMs, now() + durationMs);
    },
  };
}
