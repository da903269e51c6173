import { describe, expect, it } from 'vitest';
import { parseDurationMs } from '../../src/domain/duration-text.ts';

describe('a duration in a setting', () => {
  it.each([
    ['250ms', 250],
    ['5s', 5_000],
    ['30m', 1_800_000],
    ['4h', 14_400_000],
    ['2d', 172_800_000],
    ['1.5h', 5_400_000],
    ['0s', 0],
    [' 5 s ', 5_000],
  ])('the setting %j is a duration of %d milliseconds', (text, expected) => {
    expect(parseDurationMs(text)).toBe(expected);
  });

  it.each(['', '5', 's', '-5s', '5S', '5 seconds', '1h30m', '1e3s', '.5h', 'NaN'])(
    'the setting %j is not a duration',
    (text) => {
      expect(parseDurationMs(text)).toBeUndefined();
    },
  );
});
