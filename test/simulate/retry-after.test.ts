import { expect, it } from 'vitest';
import { retryAfterMs } from '../../src/simulate/retry-after.ts';

const nowMs = Date.parse('2025-03-04T05:06:07Z');

it('reads seconds', () => expect(retryAfterMs('3', nowMs)).toBe(3000));
it('reads a date', () => expect(retryAfterMs('Tue, 04 Mar 2025 05:06:12 GMT', nowMs)).toBe(5000));
it('waits no longer than half a minute', () => expect(retryAfterMs('86400', nowMs)).toBe(30_000));
it('does not wait for a past date', () =>
  expect(retryAfterMs('Tue, 04 Mar 2025 05:00:00 GMT', nowMs)).toBe(0));
it('is undefined for an absent or unreadable header', () => {
  expect(retryAfterMs(null, nowMs)).toBeUndefined();
  expect(retryAfterMs('soon', nowMs)).toBeUndefined();
});
