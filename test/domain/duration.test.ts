import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDurationSeconds } from '../../src/domain/duration.ts';

describe('the duration of a call', () => {
  it.each([
    ['0', 0],
    ['61', 61],
    ['0061', 61],
    ['0 days 00:03:05', 185],
    ['0 days 00:03:05.400000', 185],
    ['1 day, 0:03:05', 86_585],
    ['12.4', 12],
    ['12.5', 13],
    ['12.333333333333334', 12],
    ['2147483647', 2_147_483_647],
    ['00:00:05', 5],
    ['0:01:01', 61],
    ['01:02:03', 3_723],
    ['100:00:00', 360_000],
    ['185.0', 185],
    ['3:05', 185],
    ['03:05', 185],
    ['185:00', 11_100],
    ['00:03:05.4', 185],
    ['00:03:05.5', 186],
    ['00:03:05,4', 185],
    ['PT3M5S', 185],
    ['PT185S', 185],
    ['PT3M5.4S', 185],
    ['P0DT1H3M5S', 3_785],
    ['pt3m', 180],
    ['50s', 50],
    ['50 s', 50],
    ['3m5s', 185],
    ['1h2m3.4s', 3_723],
    ['3 min 5 s', 185],
    ['3 mins 5 secs', 185],
    ['185 seconds', 185],
    ['1 second', 1],
    ['3 Minutes, 5 Seconds', 185],
    ['3 minutes and 5 seconds', 185],
    ['185000 ms', 185],
    ['0s', 0],
  ])('the duration %j is %d seconds', (text, expected) => {
    expect(parseDurationSeconds(text)).toBe(expected);
  });

  it.each([
    '',
    '-1',
    '+1',
    '1,5',
    '1e3',
    '0x10',
    '12 x',
    's',
    '5s 3m',
    '5s 5s',
    '-50s',
    '3 m 5',
    'P3M',
    'PT',
    'PT-5S',
    '3:5',
    '3:65',
    '2147483648',
    '99999999999',
    '1:02:03:04',
    '00:60:00',
    '00:00:60',
    '-00:00:05',
    'NaN',
    'Infinity',
    'true',
    '٦١',
  ])('the text %j is not a duration', (text) => {
    expect(parseDurationSeconds(text)).toBeUndefined();
  });

  it('a duration written as hh:mm:ss is read back exactly, up to 100 hours', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 359_999 }), (seconds) => {
        const two = (value: number): string => String(Math.trunc(value)).padStart(2, '0');
        const text = `${two(seconds / 3600)}:${two((seconds / 60) % 60)}:${two(seconds % 60)}`;
        expect(parseDurationSeconds(text)).toBe(seconds);
      }),
    );
  });
});
