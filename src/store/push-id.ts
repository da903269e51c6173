import { randomBytes } from 'node:crypto';

/** An id for a push or a quarantined body: sorts by time of receipt, 26 characters of `[0-9a-z]`. */
export function createPushId(receivedAtMs: number): string {
  return receivedAtMs.toString(36).padStart(10, '0') + randomBytes(8).toString('hex');
}
