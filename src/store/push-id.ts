import { randomFillSync } from 'node:crypto';

// One call for random bytes costs as much for many as for eight.
const random = Buffer.alloc(4096);
let used = random.length;

/** An id for a push or a quarantined body: sorts by time of receipt, 26 characters of `[0-9a-z]`. */
export function createPushId(receivedAtMs: number): string {
  if (used === random.length) {
    randomFillSync(random);
    used = 0;
  }
  used += 8;
  return firstPushIdAt(receivedAtMs) + random.toString('hex', used - 8, used);
}

/** What is below every id made at or after a time, and above every one made before it. */
export function firstPushIdAt(receivedAtMs: number): string {
  return receivedAtMs.toString(36).padStart(10, '0');
}
