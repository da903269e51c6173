import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createThrottle } from '../api/throttle.ts';

const never = new AbortController().signal;

describe('a throttle', () => {
  it('a throttle lets requests start at once up to the limit', async () => {
    const throttle = createThrottle({ count: 3, perMs: 1_000 }, () => 0);
    for (let turn = 0; turn < 3; turn += 1) await throttle.take(never);
  });

  it('a wait of the throttle ends when its signal aborts, and does not count', async () => {
    let nowMs = 0;
    const throttle = createThrottle({ count: 1, perMs: 60_000 }, () => nowMs);
    await throttle.take(never);
    await expect(throttle.take(AbortSignal.timeout(20))).rejects.toThrow();
    await expect(throttle.take(AbortSignal.abort())).rejects.toThrow();
    nowMs = 60_000;
    await throttle.take(never);
  });

  it('a throttle lets no request start during a rest', async () => {
    let nowMs = 0;
    const throttle = createThrottle({ count: 10, perMs: 1_000 }, () => nowMs);
    throttle.rest(60_000);
    await expect(throttle.take(AbortSignal.timeout(20))).rejects.toThrow();
    nowMs = 60_000;
    await throttle.take(never);
  });

  it('a throttle never lets more requests start in any time span than the limit', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 40 }), async (pausesMs) => {
        let nowMs = 0;
        const throttle = createThrottle({ count: 4, perMs: 1_000 }, () => nowMs);
        const startsMs: number[] = [];
        for (const pauseMs of pausesMs) {
          nowMs += pauseMs;
          const soon = new AbortController();
          const turn = throttle.take(soon.signal).then(
            () => startsMs.push(nowMs),
            () => undefined,
          );
          soon.abort();
          await turn;
        }
        for (const startMs of startsMs)
          expect(startsMs.filter((ms) => ms >= startMs && ms < startMs + 1_000).length).toBeLessThanOrEqual(
            4,
          );
      }),
    );
  });
});
