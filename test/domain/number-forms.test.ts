import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareNumbers, numberForms } from '../../src/domain/number-forms.ts';
import { createPhoneReader } from '../../src/domain/phone-number.ts';

const readPhone = createPhoneReader({ defaultCountry: 'AU' });
const readNumber = (text: string): string | undefined => readPhone(text).e164;
const compare = (stored: string, counterpart: string) => compareNumbers(stored, counterpart, readNumber);

/** Valid numbers of several countries. */
const digits = (length: number) => fc.stringMatching(new RegExp(`^[0-9]{${length}}$`));
const someE164 = fc
  .oneof(
    digits(8).map((rest) => `+614${rest}`),
    digits(8).map((rest) => `+612${rest}`),
    digits(7).map((rest) => `+6421${rest}`),
    digits(8).map((rest) => `+336${rest}`),
    digits(7).map((rest) => `+1212${rest}`),
    digits(6).map((rest) => `+611300${rest}`),
  )
  .filter((e164) => numberForms(e164) !== undefined);

describe('the forms of a number', () => {
  it.each([
    ['+61412345678', { full: '61412345678', national: '0412345678', significant: '412345678' }],
    ['+61255501234', { full: '61255501234', national: '0255501234', significant: '255501234' }],
    ['+611300975707', { full: '611300975707', national: '1300975707', significant: '1300975707' }],
    ['+12125550100', { full: '12125550100', national: '2125550100', significant: '2125550100' }],
    ['+33655555555', { full: '33655555555', national: '0655555555', significant: '655555555' }],
  ])('of %s', (e164, forms) => {
    expect(numberForms(e164)).toEqual({ e164, ...forms });
  });

  it.each([
    '',
    '0412345678',
    '61412345678',
    '+61',
    '+999123456789',
    "+61412345678' OR 1=1",
    '+61 412 345 678',
  ])('there are none of "%s"', (text) => {
    expect(numberForms(text)).toBeUndefined();
  });

  it('are digits that we made, and nothing else', () => {
    fc.assert(
      fc.property(fc.oneof(someE164, fc.string()), (text) => {
        const forms = numberForms(text);
        if (forms === undefined) return;
        for (const form of [forms.full, forms.national, forms.significant])
          expect(form).toMatch(/^\d{4,18}$/);
      }),
    );
  });
});

describe('a stored number is the counterpart', () => {
  it.each([
    ['+61412345678', 'e164'],
    ['0412 345 678', 'e164'],
    ['(0412) 345-678', 'e164'],
    ['412345678', 'e164'],
    ['61412345678', 'e164'],
    ['0011 61 412 345 678', 'e164'],
  ])('as %s', (stored, equality) => {
    expect(compare(stored, '+61412345678')).toBe(equality);
  });

  it.each([
    ['+6421123456', '6421123456', 'e164'],
    ['+6421123456', '021 123 456', 'national'],
    ['+33655555555', '06 55 55 55 55', 'national'],
    ['+12125550100', '(212) 555-0100', 'national'],
  ])('of another country: %s as %s', (counterpart, stored, equality) => {
    expect(compare(stored, counterpart)).toBe(equality);
  });

  it('however its digits are spaced, in every country', () => {
    fc.assert(
      fc.property(someE164, fc.constantFrom('', ' ', '-', '.'), (e164, between) => {
        expect(compare(`+${e164.slice(1).replace(/\B/g, between)}`, e164)).toBe('e164');
      }),
    );
  });
});

describe('a stored number is not the counterpart', () => {
  it.each([
    ['+61412345678', '345678'],
    ['+61412345678', '12345678'],
    ['+61412345678', '2345 678'],
    ['+61412345678', '+64412345678'],
    ['+61412345678', '+1 412 345 678'],
    ['+6421123456', '+61 21 123 456'],
    // It is a number at home, and so it is that one.
    ['+12125550100', '0255501234'],
    ['+61412345678', 'Front desk'],
    ['+61412345678', ''],
    ['not a number', '0412345678'],
  ])('%s: %s', (counterpart, stored) => {
    expect(compare(stored, counterpart)).toBeUndefined();
  });

  it('when it is only its last digits', () => {
    fc.assert(
      fc.property(someE164, fc.integer({ min: 2, max: 8 }), (e164, left) => {
        const forms = numberForms(e164);
        const suffix = e164.slice(-left);
        fc.pre(suffix !== forms?.significant && suffix !== forms?.national && suffix !== forms?.full);
        expect(compare(suffix, e164)).toBeUndefined();
      }),
    );
  });

  it('when both are whole numbers and they differ', () => {
    fc.assert(
      fc.property(someE164, someE164, (stored, counterpart) => {
        expect(compare(stored, counterpart)).toBe(stored === counterpart ? 'e164' : undefined);
      }),
    );
  });
});
