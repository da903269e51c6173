import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareNumbers, groupedNational, numberForms } from '../../src/crm/number-forms.ts';
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
  ])(
    'a number has its full, national and significant digits as forms, such as those of %s',
    (e164, forms) => {
      expect(numberForms(e164)).toEqual({ e164, ...forms });
    },
  );

  it.each([
    '',
    '0412345678',
    '61412345678',
    '+61',
    '+999123456789',
    "+61412345678' OR 1=1",
    '+61 412 345 678',
  ])('a number has no forms when it is "%s"', (text) => {
    expect(numberForms(text)).toBeUndefined();
  });

  it('the forms of a number consist of digits that the receiver computed', () => {
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

describe('a stored number equals the counterpart', () => {
  it.each([
    ['+61412345678', 'e164'],
    ['0412 345 678', 'e164'],
    ['(0412) 345-678', 'e164'],
    ['412345678', 'e164'],
    ['61412345678', 'e164'],
    ['0011 61 412 345 678', 'e164'],
    ['0293744000 0412345678', 'e164'],
    ['wk 0293744000 0412345678 mob', 'e164'],
  ])('a stored number equals the counterpart when it is written as %s', (stored, equality) => {
    expect(compare(stored, '+61412345678')).toBe(equality);
  });

  it.each([
    ['+6421123456', '6421123456', 'e164'],
    ['+6421123456', '021 123 456', 'national'],
    ['+33655555555', '06 55 55 55 55', 'national'],
    ['+12125550100', '(212) 555-0100', 'national'],
  ])(
    'a stored number of another country equals the counterpart: %s as %s',
    (counterpart, stored, equality) => {
      expect(compare(stored, counterpart)).toBe(equality);
    },
  );

  it('a stored number equals the counterpart with any spacing of its digits, in every country', () => {
    fc.assert(
      fc.property(someE164, fc.constantFrom('', ' ', '-', '.'), (e164, between) => {
        expect(compare(`+${e164.slice(1).replace(/\B/g, between)}`, e164)).toBe('e164');
      }),
    );
  });
});

describe("the forms of a number in the operator's area", () => {
  const readInSydney = createPhoneReader({ defaultCountry: 'AU', defaultAreaCode: '02' });
  const local = (e164: string) => numberForms(e164, (text) => readInSydney(text).e164)?.local;

  it("a number in the operator's area has a local form", () => {
    expect(local('+61293744000')).toBe('93744000');
  });

  it.each(['+61393744000', '+61412345678', '+611300975707', '+442079460018'])(
    'there is no local form of %s',
    (e164) => {
      expect(local(e164)).toBeUndefined();
    },
  );

  it('a number has no local form without an area code', () => {
    expect(numberForms('+61293744000', readNumber)?.local).toBeUndefined();
  });
});

describe('a number in a range that the phone library does not know', () => {
  it.each([
    ['+61441234567', '0441 234 567', { national: '0441234567', significant: '441234567' }],
    ['+61812345678', '08 1234 5678', { national: '0812345678', significant: '812345678' }],
  ])('a number in an unknown range has forms, marked as unverified: %s', (e164, grouped, expected) => {
    const forms = numberForms(e164);
    expect(forms).toMatchObject({ ...expected, isUnverified: true });
    expect(forms && groupedNational(forms)).toBe(grouped);
  });

  it.each(['0441 234 567', '441234567', '61441234567', '+61 441 234 567'])(
    'a number in an unknown range is the counterpart as %s',
    (stored) => {
      expect(compare(stored, '+61441234567')).toBeDefined();
    },
  );

  it.each(['+6144123456', '+614412345678', '+61512345678', '+610441234567'])(
    'a number of the wrong shape has no forms: %s',
    (e164) => {
      expect(numberForms(e164)).toBeUndefined();
    },
  );
});

describe('a number in free text is the counterpart', () => {
  it.each([
    '0412 345 678 (wife)',
    'Mob: 0412 345 678',
    'Mob:0412345678',
    'Jane <0412 345 678>',
    '"Jane" <0412 345 678>',
    '0412 345 678 / 02 9374 4000',
    '02 9374 4000/0412 345 678',
    '0412 345 678 or 02 9374 4000',
    '02 9374 4000, 0412 345 678',
    '02 9374 4000; 0412 345 678',
    '02 9374 4000\n0412 345 678',
    '02 9374 4000  0412 345 678',
    '02 9374 4000 - 0412 345 678',
    '(02) 9374 4000 (0412 345 678)',
    '+61 2 9374 4000 +61 412 345 678',
    '0412-345-678 x12',
    '0412 345 678 ext. 12',
    '0412 345 678 #12',
    '+0412 345 678',
    '+ 61 412 345 678',
    '0412\u00a0345\u00a0678',
    '０４１２３４５６７８',
    '＋６１ ４１２ ３４５ ６７８',
    '0412\ufe0f 345 678',
    '0️⃣4️⃣1️⃣2️⃣ 345 678',
    '٠٤١٢٣٤٥٦٧٨',
    '\u202a0412 345 678\u202c',
    '0412–345–678',
    '☎ 0412 345 678 ☎',
    'H 02 9374 4000 M 0412 345 678 W 02 9374 4001',
  ])('the number in the free text %j is the counterpart', (stored) => {
    expect(compare(stored, '+61412345678')).toBe('e164');
  });

  it('a foreign number in free text is the counterpart in its own national form', () => {
    expect(compare('Jane: 021 123 456', '+6421123456')).toBe('national');
  });
});

describe('a part of a longer number does not equal the counterpart', () => {
  it.each([
    '0412 345 6789',
    '10412 345 678',
    '1 0412 345 678',
    '0412 345 678 9',
    '12-0412 345 678',
    '0412 345 678-99',
    '0412 345 678 - 99',
    '0412 345 678  99',
    'Ref 99 0412 345 678',
    '+1 0412 345 678',
    'Mob 40412345678',
    '0412, 345, 678',
  ])('a part of the longer number %j does not equal the counterpart', (stored) => {
    expect(compare(stored, '+61412345678')).toBeUndefined();
  });

  it('a text of any length does not equal the counterpart', () => {
    // So long that a comparison whose cost grows with its square would not end.
    for (const piece of ['0', '0 ', '(', '+', '/', ' - ', 'x1'])
      expect(compare(piece.repeat(1_000_000), '+61412345678')).toBeUndefined();
  });
});

describe('a stored number differs from the counterpart', () => {
  it.each([
    ['+61412345678', '345678'],
    ['+61412345678', '12345678'],
    ['+61412345678', '2345 678'],
    ['+61412345678', '+64412345678'],
    ['+61412345678', '+1 412 345 678'],
    ['+6421123456', '+61 21 123 456'],
    // The text is also a number in the operator's country, so it counts as that number.
    ['+12125550100', '0255501234'],
    ['+61412345678', 'Front desk'],
    ['+61412345678', ''],
    ['not a number', '0412345678'],
  ])('the counterpart %s differs from the stored text "%s"', (counterpart, stored) => {
    expect(compare(stored, counterpart)).toBeUndefined();
  });

  it('a stored number that has only the last digits differs from the counterpart', () => {
    fc.assert(
      fc.property(someE164, fc.integer({ min: 2, max: 8 }), (e164, left) => {
        const forms = numberForms(e164);
        const suffix = e164.slice(-left);
        fc.pre(suffix !== forms?.significant && suffix !== forms?.national && suffix !== forms?.full);
        expect(compare(suffix, e164)).toBeUndefined();
      }),
    );
  });

  it('two different whole numbers differ', () => {
    fc.assert(
      fc.property(someE164, someE164, (stored, counterpart) => {
        expect(compare(stored, counterpart)).toBe(stored === counterpart ? 'e164' : undefined);
      }),
    );
  });
});
