import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { limitLog, type LimitedLog } from '../../src/domain/limited-log.ts';

let lines: [object, string][];
let log: LimitedLog;
beforeEach(() => {
  vi.useFakeTimers();
  lines = [];
  const write = (fields: object, message: string): void => void lines.push([fields, message]);
  log = limitLog({ debug: write, info: write, warn: write, error: write });
});
afterEach(() => vi.useRealTimers());

const warnTimes = (times: number, message = 'flood'): void => {
  for (let number = 1; number <= times; number += 1) log.warn({ number }, message);
};

describe('a limited log', () => {
  it('a limited log writes the first event of a kind immediately', () => {
    warnTimes(3);
    expect(lines).toEqual([[{ number: 1 }, 'flood']]);
  });

  it('a limited log writes the later events as one line with their count at the end of the second', () => {
    warnTimes(2_000);
    vi.advanceTimersByTime(1_000);
    expect(lines.slice(1)).toEqual([[{ number: 2_000, count: 1_999 }, 'flood']]);
  });

  it('a limited log writes one line per second during a flood', () => {
    for (let tenths = 0; tenths < 100; tenths += 1) {
      warnTimes(10);
      vi.advanceTimersByTime(100);
    }
    expect(lines.length).toBe(11);
  });

  it('a limited log counts every event of a flood', () => {
    for (let tenths = 0; tenths < 25; tenths += 1) {
      warnTimes(10);
      vi.advanceTimersByTime(100);
    }
    log.flush();
    const counts = lines.map(([fields]) => (fields as { count?: number }).count ?? 1);
    expect(counts.reduce((sum, count) => sum + count)).toBe(250);
  });

  it('a limited log writes immediately again after a quiet second', () => {
    warnTimes(1);
    vi.advanceTimersByTime(1_000);
    warnTimes(1);
    expect(lines.length).toBe(2);
  });

  it('a limited log counts each kind separately', () => {
    warnTimes(5, 'one');
    warnTimes(5, 'other');
    log.warn({ reason: 'a' }, 'other');
    expect(lines.map(([, message]) => message)).toEqual(['one', 'other', 'other']);
  });

  it('a limited log tracks at most 100 kinds, and counts further ones by message alone', () => {
    for (let number = 0; number < 1_000; number += 1) log.warn({ reason: `made up ${number}` }, 'flood');
    expect(lines.length).toBe(101);
    log.flush();
    expect(lines.at(-1)).toEqual([{ reason: 'made up 999', count: 899 }, 'flood']);
  });

  it('a limited log writes the counted events when it is flushed', () => {
    warnTimes(4);
    log.flush();
    expect(lines.at(-1)).toEqual([{ number: 4, count: 3 }, 'flood']);
  });
});
