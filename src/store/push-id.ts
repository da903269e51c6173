import { randomFillSync } from 'node:crypto';

// One call for many random bytes costs as much as one call for eight.
const random = Buffer.alloc(4096);
let used = random.length;
let lastMs = -1;
let lastTail = 0n;

/**
 * Makes an id for a push or a quarantined body: 26 characters of `[0-9a-z]`. Ids sort by time of receipt. Ids that one
 * process makes within one millisecond sort in the order in which they were made.
 */
export function createPushId(receivedAtMs: number): string {
  lastTail = receivedAtMs === lastMs ? lastTail + 1n : randomTail();
  lastMs = receivedAtMs;
  return firstPushIdAt(receivedAtMs) + lastTail.toString(16).padStart(16, '0');
}

function randomTail(): bigint {
  if (used === random.length) {
    randomFillSync(random);
    used = 0;
  }
  used += 8;
  // The top bit is 0, so that increments never overflow.
  return random.readBigUInt64BE(used - 8) >> 1n;
}

/** A text that sorts before every id made at or after this time, and after every id made before it. */
export function firstPushIdAt(receivedAtMs: number): string {
  return receivedAtMs.toString(36).padStart(10, '0');
}
