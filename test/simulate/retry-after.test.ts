import { expect, it } from 'vitest';
import { retryAfterMs } from '../../src/simulate/retry-after.ts';

const nowMs = Date.parse('2025-03-04T05:06:07Z');

it('a Retry-After in seconds is read', () => expect(retryAfterMs('3', nowMs)).toBe(3000));
it('a Retry-After with a date is read', () =>
  expect(retryAfterMs('Tue, 04 Mar 2025 05:06:12 GMT', nowMs)).toBe(5000));
it('a Retry-After is obeyed for no longer than half a minute', () =>
  expect(retryAfterMs('86400', nowMs)).toBe(30_000));
it('a Retry-After with a past date causes no wait', () =>
  expect(retryAfterMs('Tue, 04 Mar 2025 05:00:00 GMT', nowMs)).toBe(0));
it('an absent or unreadable Retry-After gives no wait', () => {
  expect(retryAfterMs(null, nowMs)).toBeUndefined();
  expect(retryAfterMs('soon', nowMs)).toBeUndefined();
});
