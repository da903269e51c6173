import type { Capabilities } from '../contract/adapter.ts';
import type { Clock } from '../domain/clock.ts';

/** Decides the size of a destination's next batch and when it can start. */
export interface BatchSize {
  /** The most deliveries in the next batch. */
  limit(): number;
  /** How long the adapter's rate limit still forbids another batch, in milliseconds. */
  waitMs(): number;
  /** Notes that a batch starts. */
  start(): void;
  /** Halves the next batch after a late one, and lets batches grow again after one in time. */
  resize(size: number, isLate: boolean): void;
  /** Halves the next batches after an outage. If one delivery caused the outage, fewer others wait with it. */
  shrinkAfterOutage(): void;
  /** Forgets earlier results when this process takes the destination. Earlier starts still count for the rate limit. */
  reset(): void;
}

// Batches never shrink below this size after outages.
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
