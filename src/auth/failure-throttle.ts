import { LRUCache } from 'lru-cache';
import type { Clock } from '../domain/clock.ts';

const freeFailures = 10;
const firstBlockMs = 1_000;
const longestBlockMs = 15 * 60_000;
const forgottenAfterMs = 60 * 60_000;
const trustedForMs = 7 * 24 * 60 * 60_000;

interface Failures {
  count: number;
  blockedUntilMs: number;
  lastMs: number;
}

/**
 * Slows down whoever guesses at credentials. A key says who guesses at what, in at most some hundred characters.
 *
 * Ten failures are free; each one after that, outside a block, begins a block twice as long: 1 s to 15 min. The counts
 * are kept in memory, per process: a start forgets them, and each process of several counts alone.
 * Why: docs/decisions/throttling.md
 */
export interface FailureThrottle {
  /** Counts a failure under each key. Answers how long to tell the caller to wait, in milliseconds; 0: not yet. */
  readonly fail: (...keys: readonly string[]) => number;
  /**
   * Answers how long a key is refused unchecked, in milliseconds; 0: the credential may be checked. For credentials
   * that people choose, and that can be guessed. A key that succeeded in the last seven days is always checked, so
   * that nobody who shares its address keeps it out.
   */
  readonly blockedMs: (key: string) => number;
  /** Notes that a key succeeded. */
  readonly succeed: (key: string) => void;
}

export function createFailureThrottle(clock: Clock): FailureThrottle {
  const known = new LRUCache<string, Failures>({ max: 50_000 });
  const succeededAtMs = new LRUCache<string, number>({ max: 10_000 });

  // Never longer than the longest, also when the clock was set back.
  const leftMs = ({ blockedUntilMs }: Failures, nowMs: number): number =>
    Math.max(0, Math.min(blockedUntilMs - nowMs, longestBlockMs));

  const fail = (key: string): number => {
    const nowMs = clock();
    let failures = known.get(key);
    if (failures === undefined || nowMs - failures.lastMs > forgottenAfterMs) {
      failures = { count: 0, blockedUntilMs: 0, lastMs: nowMs };
      known.set(key, failures);
    }
    failures.lastMs = nowMs;
    const blockedMs = leftMs(failures, nowMs);
    if (blockedMs > 0) return blockedMs;
    failures.count += 1;
    if (failures.count <= freeFailures) return 0;
    const blockMs = Math.min(longestBlockMs, firstBlockMs * 2 ** (failures.count - freeFailures - 1));
    failures.blockedUntilMs = nowMs + blockMs;
    return blockMs;
  };

  return {
    fail: (...keys) => Math.max(0, ...keys.map(fail)),
    blockedMs(key) {
      const nowMs = clock();
      const failures = known.get(key);
      if (failures === undefined || nowMs - (succeededAtMs.get(key) ?? -Infinity) <= trustedForMs) return 0;
      return leftMs(failures, nowMs);
    },
    succeed: (key) => void succeededAtMs.set(key, clock()),
  };
}
