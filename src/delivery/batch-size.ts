import type { Capabilities } from '../contract/adapter.ts';
import type { Clock } from '../domain/clock.ts';

/** How many deliveries the next batch of one destination may have, and when it may start. */
export interface BatchSize {
  /** The most deliveries in the next batch. */
  limit(): number;
  /** How long the adapter's rate limit forbids another batch, in milliseconds. */
  waitMs(): number;
  /** Notes that a batch starts. */
  start(): void;
  /** A batch that took too long halves the next one; one that came back in time lets it grow again. */
  resize(size: number, isLate: boolean): void;
  /** Halves the next batches after an outage: if one delivery is at fault, few of its neighbours wait with it. */
  shrinkAfterOutage(): void;
  /** Forgets what earlier batches showed, when the destination was taken. Their starts still count. */
  reset(): void;
}

// Batches shrink with each pause down to this.
const afterOutageMin = 4;

export function createBatchSize(
  { batchSizeMax, rateLimit }: Pick<Capabilities, 'batchSizeMax' | 'rateLimit'>,
  clock: Clock,
): BatchSize {
  let limit = batchSizeMax;
  let startsMs: number[] = [];
  return {
    limit: () => limit,
    waitMs() {
      if (rateLimit === undefined) return 0;
      const nowMs = clock();
      startsMs = startsMs.filter((startMs) => startMs <= nowMs && nowMs - startMs < rateLimit.perMs);
      const [oldestMs] = startsMs;
      if (oldestMs === undefined || startsMs.length < rateLimit.batches) return 0;
      return Math.max(1, oldestMs + rateLimit.perMs - nowMs);
    },
    start() {
      if (rateLimit !== undefined) startsMs.push(clock());
    },
    resize(size, isLate) {
      if (isLate) limit = Math.max(1, Math.floor(size / 2));
      else if (size >= limit) limit = Math.min(batchSizeMax, limit * 2);
    },
    shrinkAfterOutage() {
      limit = Math.min(limit, Math.max(afterOutageMin, Math.ceil(limit / 2)));
    },
    reset() {
      limit = batchSizeMax;
    },
  };
}
