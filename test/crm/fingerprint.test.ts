import { describe, expect, it } from 'vitest';
import { fingerprint, isOursToChange } from '../../src/crm/fingerprint.ts';

describe('what a destination shows is ours to change', () => {
  it.each<[boolean, string, string | null | undefined, string | undefined]>([
    [true, 'while it is empty', '', undefined],
    [true, 'while it is missing', null, fingerprint('a')],
    [true, 'while it is what was written last', 'a', fingerprint('a')],
    [false, 'once somebody changed it', 'b', fingerprint('a')],
    [false, 'when it is not known what was written last', 'a', undefined],
  ])('%s: %s', (expected, _when, current, landed) => {
    expect(isOursToChange(current, landed)).toBe(expected);
  });
});
