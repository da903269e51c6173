import { describe, expect, it } from 'vitest';
import { fingerprint, isOursToChange } from '../../src/crm/fingerprint.ts';

describe('whether the kit can change a shown value', () => {
  it.each<[boolean, string, string | null | undefined, string | undefined]>([
    [true, 'while it is empty', '', undefined],
    [true, 'while it is missing', null, fingerprint('a')],
    [true, 'while it equals the last written value', 'a', fingerprint('a')],
    [false, 'once somebody changed it', 'b', fingerprint('a')],
    [false, 'when the last written value is unknown', 'a', undefined],
  ])('whether the receiver can change a shown value is %s: %s', (expected, _when, current, landed) => {
    expect(isOursToChange(current, landed)).toBe(expected);
  });
});
