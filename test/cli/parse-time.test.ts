import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parseTime } from '../../src/cli/parse-time.ts';

let shown: string;
beforeEach(() => {
  shown = '';
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    shown += String(text);
    return true;
  });
});
afterEach(() => void vi.restoreAllMocks());

const read = (text: string, zone = 'Australia/Sydney'): string =>
  new Date(parseTime('--since', text, zone) ?? NaN).toISOString();

describe('a typed time', () => {
  it.each([
    ['2026-11-01', '2026-10-31T13:00:00.000Z'],
    ['2026-07-01', '2026-06-30T14:00:00.000Z'],
    ['2026-11-22T09:00', '2026-11-21T22:00:00.000Z'],
    ['2026-11-22 09:00:30', '2026-11-21T22:00:30.000Z'],
    ['20261122T0900', '2026-11-21T22:00:00.000Z'],
  ])('the time %s is local when it names no zone', (text, instant) => {
    expect(read(text)).toBe(instant);
  });

  it.each([
    ['2026-11-22T09:00Z', '2026-11-22T09:00:00.000Z'],
    ['2026-11-22T09:00:00 UTC', '2026-11-22T09:00:00.000Z'],
    ['2026-11-22T09:00+01:00', '2026-11-22T08:00:00.000Z'],
    ['20261122T0900-0500', '2026-11-22T14:00:00.000Z'],
    ['1795309200', '2026-11-22T01:00:00.000Z'],
  ])('the time %s is the instant that it states', (text, instant) => {
    expect(read(text)).toBe(instant);
  });

  it('a typed time is shown as the exact time that is used', () => {
    read('2026-11-01', 'Australia/Perth');
    expect(shown).toBe(
      '--since 2026-11-01 is 2026-11-01 00:00:00 +08:00 in Australia/Perth (2026-10-31T16:00:00.000Z).\n',
    );
  });

  it('a duration means that long ago', () => {
    const before = Date.now();
    const readMs = parseTime('--since', '2h', 'Australia/Sydney') ?? NaN;
    expect(readMs).toBeGreaterThanOrEqual(before - 7_200_000);
    expect(readMs).toBeLessThanOrEqual(Date.now() - 7_200_000);
  });

  it.each(['yesterday', '2026-02-30', '2026-11-22T25:00', ''])('the time "%s" is refused', (text) => {
    expect(() => read(text)).toThrow('is not a time');
  });
});
