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
 * Slows down guessing of credentials. A key identifies a caller and a kind of credential, in at most a few hundred
 * characters.
 *
 * The first ten failures have no effect. Each further failure outside a block starts a block, which is twice as long as
 * the previous block: from 1 s to 15 min. The counts are in memory: each process counts alone, and a restart clears
 * them.
 * Why: docs/decisions/credentials.md
 */
export interface FailureThrottle {
  /** Counts a failure for each key. Returns how long the caller must wait, in milliseconds; 0 when it need not wait. */
  readonly fail: (...keys: readonly string[]) => number;
  /**
   * Returns how long credentials of a key must be refused without a check, in milliseconds; 0 when they can be checked.
   * Use it for credentials that people choose, because these can be guessed. A key that succeeded in the last seven
   * days is never blocked, so an attacker at the same address cannot lock it out.
   */
  readonly blockedMs: (key: string) => number;
  /** Notes that a key succeeded. */
  readonly succeed: (key: string) => void;
}

export function createFailureThrottle(clock: Clock): FailureThrottle {
  // `maxSize` and not `max`, because `max` reserves memory for all entries at once.
  const known = new LRUCache<string, Failures>({ maxSize: 50_000, sizeCalculation: () => 1 });
  const succeededAtMs = new LRUCache<string, number>({ maxSize: 10_000, sizeCalculation: () => 1 });

  // The limit matters when the clock is set back: the block must not become longer.
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
