import { LRUCache } from 'lru-cache';
import type { Clock } from '../domain/clock.ts';

const freeFailures = 10;
const firstBlockMs = 1_000;
const longestBlockMs = 15 * 60_000;
const forgottenAfterMs = 60 * 60_000;

interface Failures {
  count: number;
  blockedUntilMs: number;
  lastMs: number;
}

/**
 * Slows down whoever guesses at credentials. Called for failures only, after the credentials were verified: a valid
 * one is never refused, whoever shares its address.
 *
 * Ten failures are free; each one after that, outside a block, begins a block twice as long: 1 s to 15 min. The
 * counts are kept in memory, per process.
 */
export function createFailureThrottle(clock: Clock): (...keys: readonly string[]) => number {
  const known = new LRUCache<string, Failures>({ max: 50_000 });

  const fail = (key: string): number => {
    const nowMs = clock();
    let failures = known.get(key);
    if (failures === undefined || nowMs - failures.lastMs > forgottenAfterMs) {
      failures = { count: 0, blockedUntilMs: 0, lastMs: nowMs };
      known.set(key, failures);
    }
    failures.lastMs = nowMs;
    // Never longer than the longest, also when the clock was set back.
    if (nowMs < failures.blockedUntilMs) return Math.min(failures.blockedUntilMs - nowMs, longestBlockMs);
    failures.count += 1;
    if (failures.count <= freeFailures) return 0;
    const blockMs = Math.min(longestBlockMs, firstBlockMs * 2 ** (failures.count - freeFailures - 1));
    failures.blockedUntilMs = nowMs + blockMs;
    return blockMs;
  };

  /** Counts a failure under each key. Answers how long to tell the caller to wait, in milliseconds; 0: not yet. */
  return (...keys) => Math.max(0, ...keys.map(fail));
}
