import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createNumberKey } from '../../src/intake/number-key.ts';
import { createPhoneReader } from '../../src/domain/phone-number.ts';

const digits = (length: number): fc.Arbitrary<string> =>
  fc.nat({ max: 10 ** length - 1 }).map((value) => String(value).padStart(length, '0'));

describe('a number key', () => {
  it.each([
    ['AU', ['0412 345 678', '+61412345678', '61412345678', '0011 61 412 345 678'], '0412345678'],
    ['AU', ['1300 975 707', '+61 1300 975 707'], '1300975707'],
    ['AU', ['(02) 9374 4000', '+61 (0)2 9374 4000', '+61293744000'], '0293744000'],
    ['NZ', ['021 123 4567', '+64 21 123 4567'], '0211234567'],
    ['GB', ['020 7946 0018', '+44 20 7946 0018', '00 44 20 7946 0018'], '02079460018'],
    ['US', ['(212) 555-0123', '+1 212 555 0123', '1-212-555-0123'], '2125550123'],
    ['DE', ['030 901820', '+49 30 901820'], '030901820'],
    ['IT', ['06 6982 1234', '+39 06 6982 1234'], '0669821234'],
    ['BR', ['(11) 96123-4567', '+55 11 96123-4567', '011 96123-4567'], '11961234567'],
  ])('a number key in %s is the same for %j', (defaultCountry, spellings, key) => {
    const keyOf = createNumberKey({ defaultCountry });
    expect(spellings.map(keyOf)).toEqual(spellings.map(() => key));
  });

  it.each(['AU', 'NZ', 'GB', 'US', 'DE', 'FR'])(
    'a number key in %s is the same for a number and its E.164',
    (defaultCountry) => {
      const keyOf = createNumberKey({ defaultCountry });
      const read = createPhoneReader({ defaultCountry });
      fc.assert(
        fc.property(fc.constantFrom('0', ''), digits(9), (trunk, rest) => {
          const text = trunk + rest;
          const { e164 } = read(text);
          if (e164 !== undefined) expect([text, keyOf(e164)]).toEqual([text, keyOf(text)]);
        }),
        { numRuns: 300 },
      );
    },
  );

  it('a number key differs between different numbers', () => {
    const keyOf = createNumberKey({ defaultCountry: 'AU' });
    const texts = ['0412345678', '0412345679', '412345', '+64412345678', '201', 'Jane', 'Joan'];
    expect(new Set(texts.map(keyOf)).size).toBe(texts.length);
  });
});
