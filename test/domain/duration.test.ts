import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDurationSeconds } from '../../src/domain/duration.ts';

describe('the duration of a call', () => {
  it.each([
    ['0', 0],
    ['61', 61],
    ['0061', 61],
    ['12.4', 12],
    ['12.5', 13],
    ['12.333333333333334', 12],
    ['2147483647', 2_147_483_647],
    ['00:00:05', 5],
    ['0:01:01', 61],
    ['01:02:03', 3_723],
    ['100:00:00', 360_000],
  ])('%j is %d seconds', (text, expected) => {
    expect(parseDurationSeconds(text)).toBe(expected);
  });

  it.each([
    '',
    '-1',
    '+1',
    '1,5',
    '1e3',
    '0x10',
    '12 s',
    '2147483648',
    '99999999999',
    '01:02',
    '00:60:00',
    '00:00:60',
    '-00:00:05',
    'NaN',
    'Infinity',
    'true',
    '٦١',
  ])('%j is no duration of a call', (text) => {
    expect(parseDurationSeconds(text)).toBeUndefined();
  });

  it('written as hh:mm:ss comes back for any number of seconds under a hundred hours', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 359_999 }), (seconds) => {
        const two = (value: number): string => String(Math.trunc(value)).padStart(2, '0');
        const text = `${two(seconds / 3600)}:${two((seconds / 60) % 60)}:${two(seconds % 60)}`;
        expect(parseDurationSeconds(text)).toBe(seconds);
      }),
    );
  });
});
