import { describe, expect, it } from 'vitest';
import { lookupDigits } from '../../../src/domain/lookup/lookup-digits.ts';
import { createPhoneReader } from '../../../src/domain/phone-number.ts';
import { searchedNumber } from '../../../src/domain/lookup/searched-number.ts';

const australian = createPhoneReader({ defaultCountry: 'AU', defaultAreaCode: '02' });
const newZealand = createPhoneReader({ defaultCountry: 'NZ' });

describe('a number that somebody looks up', () => {
  it.each([
    ['0412 345 678', '+61412345678'],
    ['+61 412 345 678', '0412345678'],
    ['61412345678', '(0412) 345 678'],
    ['9374 4000', '+61293744000'],
    ['02 9374 4000', '0061 2 9374 4000'],
    ['13 11 26', '131126'],
    ['201', '201'],
  ])('a look-up of %s finds a call that has %s', (typed, sent) => {
    expect(searchedNumber(typed, australian)?.counterparts).toContain(lookupDigits(sent));
  });

  it.each(['09 123 4567', '+64 9 123 4567', '0064 9 123 4567', '6491234567'])(
    'a look-up of a number with fewer digits finds a call that has %s',
    (sent) => {
      expect(searchedNumber('091234567', newZealand)?.counterparts).toContain(lookupDigits(sent));
    },
  );

  it.each(['Sales', '12', '', '1c3e-4b5d', '0412345678 or 0298765432'])(
    'the text "%s" is not a number to look up',
    (typed) => {
      expect(searchedNumber(typed, australian)).toBeUndefined();
    },
  );
});
