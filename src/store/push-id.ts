import { randomFillSync } from 'node:crypto';

// One call for random bytes costs as much for many as for eight.
const random = Buffer.alloc(4096);
let used = random.length;
let lastMs = -1;
let lastTail = 0n;

/**
 * An id for a push or a quarantined body: 26 characters of `[0-9a-z]`. Ids sort by time of receipt; those that one
 * process made within one millisecond sort as they were made.
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
  // The top bit stays free, so that counting on never overflows.
  return random.readBigUInt64BE(used - 8) >> 1n;
}

/** What is below every id made at or after a time, and above every one made before it. */
export function firstPushIdAt(receivedAtMs: number): string {
  return receivedAtMs.toString(36).padStart(10, '0');
}
