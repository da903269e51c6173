import { describe, expect, it } from 'vitest';
import { createFailureThrottle } from '../../src/auth/failure-throttle.ts';

const hour = 3_600_000;

function throttle(): { clock: { nowMs: number }; fail: (...keys: string[]) => number } {
  const clock = { nowMs: 1_800_000_000_000 };
  return { clock, fail: createFailureThrottle(() => clock.nowMs).fail };
}

describe('the failure throttle', () => {
  it('the throttle allows ten failures', () => {
    const { fail } = throttle();
    expect(Array.from({ length: 10 }, () => fail('a'))).toEqual(Array(10).fill(0));
  });

  it('the throttle blocks for one second, and doubles each block up to 15 minutes', () => {
    const { clock, fail } = throttle();
    for (let number = 0; number < 10; number += 1) fail('a');
    const waits = Array.from({ length: 13 }, () => {
      const waitMs = fail('a');
      clock.nowMs += waitMs;
      return waitMs / 1000;
    });
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]);
  });

  it('the throttle returns the remaining time of a block', () => {
    const { clock, fail } = throttle();
    for (let number = 0; number < 11; number += 1) fail('a');
    clock.nowMs += 400;
    expect(fail('a')).toBe(600);
  });

  it('the throttle counts each key separately', () => {
    const { fail } = throttle();
    for (let number = 0; number < 20; number += 1) fail('a');
    expect(fail('b')).toBe(0);
  });

  it('the throttle returns the longest block of several keys', () => {
    const { fail } = throttle();
    for (let number = 0; number < 10; number += 1) fail('a');
    expect(fail('b', 'a')).toBe(1000);
  });

  it('the throttle forgets the failures after an hour without another', () => {
    const { clock, fail } = throttle();
    for (let number = 0; number < 20; number += 1) fail('a');
    clock.nowMs += hour + 1;
    expect(fail('a')).toBe(0);
  });

  it('the throttle never blocks for more than 15 minutes, even when the clock is set back', () => {
    const { clock, fail } = throttle();
    for (let number = 0; number < 11; number += 1) fail('a');
    clock.nowMs -= 24 * hour;
    expect(fail('a')).toBe(15 * 60_000);
  });
});
