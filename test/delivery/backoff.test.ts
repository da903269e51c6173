import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AdapterMisconfigured, DestinationUnavailable } from '../../src/contract/errors.ts';
import { backoffMs } from '../../src/delivery/backoff.ts';
import { pauseMs } from '../../src/delivery/pause-length.ts';

const hour = 3_600_000;
const random = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
const anyNumber = fc.oneof(fc.double(), fc.constantFrom(NaN, Infinity, -Infinity, -1, 1e300));

describe('the pause before the next attempt', () => {
  it('the pause before the next attempt is between half a second and a bound that doubles from 1 s to 1 h', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100_000 }), random, (attempts, chance) => {
        const bound = Math.min(hour, 1000 * 2 ** (attempts - 1));
        const pause = backoffMs(attempts, undefined, chance);
        expect(pause).toBeGreaterThanOrEqual(500);
        expect(pause).toBeLessThanOrEqual(Math.max(500, bound));
      }),
    );
  });

  it('the pause before the next attempt varies over more than half of its bound', () => {
    expect(backoffMs(10, undefined, 0.99) - backoffMs(10, undefined, 0.01)).toBeGreaterThan(512_000 / 2);
  });

  it('the pause before the next attempt is at least as long as the destination asks', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 0, max: 6 * hour }),
        random,
        (attempts, hint, chance) => {
          expect(backoffMs(attempts, hint, chance)).toBeGreaterThanOrEqual(hint);
        },
      ),
    );
  });

  it('the pause before the next attempt is a bounded integer, whatever the destination asks', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), anyNumber, random, (attempts, hint, chance) => {
        const pause = backoffMs(attempts, hint, chance);
        expect(Number.isInteger(pause)).toBe(true);
        expect(pause).toBeGreaterThanOrEqual(500);
        expect(pause).toBeLessThanOrEqual(7 * hour);
      }),
    );
  });
});

describe('the pause of a destination', () => {
  it('the pause of a destination after an outage doubles from 1 s to 5 min, half of it random', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), random, (pauses, chance) => {
        const bound = Math.min(300_000, 1000 * 2 ** Math.min(pauses - 1, 20));
        const pause = pauseMs(new DestinationUnavailable('away'), pauses, chance);
        expect(pause).toBeGreaterThanOrEqual(bound / 2);
        expect(pause).toBeLessThanOrEqual(bound);
      }),
    );
  });

  it('the pause of a destination is not shorter than the time that it asked for, up to an hour', () => {
    const asked = (retryAfterMs: number) =>
      pauseMs(new DestinationUnavailable('away', { retryAfterMs }), 1, 0.5);
    expect(asked(120_000)).toBe(120_000);
    expect(asked(30 * 24 * hour)).toBe(hour);
  });

  it('the pause of a destination is a bounded integer, whatever the destination asks', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), anyNumber, random, (pauses, retryAfterMs, chance) => {
        const pause = pauseMs(new DestinationUnavailable('away', { retryAfterMs }), pauses, chance);
        expect(Number.isInteger(pause)).toBe(true);
        expect(pause).toBeGreaterThanOrEqual(500);
        expect(pause).toBeLessThanOrEqual(hour);
      }),
    );
  });

  it('the pause of a destination after refused credentials grows from at least half a minute to 5 min', () => {
    const misconfigured = new AdapterMisconfigured('refused', 'Give it another key.');
    expect(pauseMs(misconfigured, 1, 0)).toBe(30_000);
    expect(pauseMs(misconfigured, 1, 1)).toBe(60_000);
    expect(pauseMs(misconfigured, 50, 1)).toBe(300_000);
  });
});
