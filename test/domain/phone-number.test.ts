import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPhoneReader } from '../../src/domain/phone-number.ts';

// Where possible, these are numbers that the Australian and British authorities reserve for fiction.
const read = createPhoneReader({ defaultCountry: 'AU' });
const readInSydney = createPhoneReader({ defaultCountry: 'AU', defaultAreaCode: '02' });

describe('a valid number', () => {
  it.each([
    ['a mobile', '0491 570 156', '+61491570156'],
    ['a mobile without its first 0', '491570156', '+61491570156'],
    ['a line in the east', '(02) 5550 1234', '+61255501234'],
    ['a line in the south-east', '03 7010 1234', '+61370101234'],
    ['a line in the north-east', '(07) 7010 1234', '+61770101234'],
    ['a line in the west', '(08) 7010-1234', '+61870101234'],
    ['a six-digit service number', '13 00 00', '+61130000'],
    ['a 1300 number', '1300 975 707', '+611300975707'],
    ['a 1800 number', '1800 160 401', '+611800160401'],
    ['a 1900 number', '1900 654 321', '+611900654321'],
    ['a VoIP number', '0147 123 456', '+61147123456'],
    ['61 without a plus', '61491570156', '+61491570156'],
    ['61 with a plus', '+61 491 570 156', '+61491570156'],
    ['a bracketed 0 after 61', '+61 (0)491 570 156', '+61491570156'],
    ['0011 and 61', '0011 61 491 570 156', '+61491570156'],
    ['0011 and 64', '0011 64 21 123 4567', '+64211234567'],
    ['00 and 61', '00 61 491 570 156', '+61491570156'],
    ['00 and 61 without spaces', '0061491570156', '+61491570156'],
    ['a bracketed 00', '(00) 61 491 570 156', '+61491570156'],
    ['00 and 44', '00 44 20 7946 0018', '+442079460018'],
    ['New Zealand', '+64 21 123 4567', '+64211234567'],
    ['the United Kingdom', '+44 20 7946 0018', '+442079460018'],
    ['a SIP address', 'sip:+61491570156@pbx.example;user=phone', '+61491570156'],
    ['a secure SIP address', 'sips:0491570156@pbx.example', '+61491570156'],
    ['a tel address', 'tel:+61-491-570-156', '+61491570156'],
    ['an extension after ;ext=', '0255501234;ext=201', '+61255501234'],
    ['an extension after x', '02 5550 1234 x201', '+61255501234'],
    ['an extension after ext.', '02 5550 1234 ext. 201', '+61255501234'],
    ['blanks around', '  0491 570 156\t', '+61491570156'],
  ])('a valid number is read from %s: %j', (_what, text, e164) => {
    expect(read(text)).toEqual({ e164, withheld: false });
  });
});

describe('a text that is not a phone number', () => {
  it.each([
    ['a three-digit extension', '201'],
    ['a four-digit extension', '1001'],
    ['a five-digit extension', '60000'],
    ['a star code', '*97'],
    ['an extension in a SIP address', 'sip:201@pbx'],
    ['an extension with its prefix', 'x201'],
    ['emergency 000', '000'],
    ['emergency 112', '112'],
    ['emergency 106', '106'],
    ['a local number without an area code', '9374 4000'],
    ['a number one digit short', '0491 570 15'],
    ['a number one digit long', '0491 570 1567'],
    ['two numbers', '0491570156, 0491570157'],
    ['a name', 'Front desk'],
    ['a name with digits', 'Agent 007 0491570156'],
    ['a name beside two numbers', 'Jane 0491 570 156 or 0491 570 157'],
    ['a name with one number and an address with another', '"0491 570 157" <sip:0491570156@pbx>'],
    ['a name beside an extension', '"Jane" <sip:201@pbx>'],
    ['letters for digits', '1800 FLOWER'],
    ['only punctuation', '-'],
    ['a plus', '+'],
    ['some letters for digits', '1300 22 FLOWER'],
    ['too short for its country', '0441 234 56'],
    ['too long for its country', '0441 234 5678'],
    ['a prefix without subscriber numbers', '0555 123 456'],
    ['nine digits without a prefix, in no known range', '441234567'],
    ['a foreign number in no known range', '+64 26 123 456 78'],
    ['a text longer than any number', '0'.repeat(300)],
  ])('a text that is not a phone number has no E.164 form, %s: %j', (_what, text) => {
    expect(read(text)).toEqual({ e164: undefined, withheld: false });
  });
});

describe('a display name beside one number', () => {
  it.each([
    '"Jane" <0491570156>',
    'Jane Citizen <sip:+61491570156@pbx.example;user=phone>',
    "'Jane O''Brien' <tel:+61-491-570-156>",
    'Jane 0491 570 156',
    'Jane: 0491 570 156',
    '0491 570 156 (Jane)',
    '0491570156 - Jane',
    'Max 0491570156',
    'Desk 0491570156',
    'Zoë 0491570156',
    '<sip:0491570156@pbx>',
    '"0491 570 156" <sip:0491570156@pbx>',
    '"Unknown" <sip:0491570156@pbx>',
    'Unknown 0491570156',
  ])('a number beside a display name is read: %j', (text) => {
    expect(read(text)).toEqual({ e164: '+61491570156', withheld: false });
  });
});

describe('a number in unusual characters', () => {
  it.each([
    '+0491 570 156',
    '0491\u00a0570\u00a0156',
    '０４９１５７０１５６',
    '0491\ufe0f 570 156',
    '\u202a+61 491 570 156\u202c',
    '٠٤٩١٥٧٠١٥٦',
    '0491–570–156',
  ])('a number in unusual characters is read: %j', (text) => {
    expect(read(text).e164).toBe('+61491570156');
  });
});

describe('a number in a range that the library does not know', () => {
  it.each([
    ['a mobile', '0441 234 567', '+61441234567'],
    ['a mobile in international form', '+61 441 234 567', '+61441234567'],
    ['a mobile with 61', '61441234567', '+61441234567'],
    ['a mobile with 0011', '0011 61 441 234 567', '+61441234567'],
    ['a mobile with 00', '0061441234567', '+61441234567'],
    ['a line', '(08) 1234 5678', '+61812345678'],
    ['a line in international form', '+61 7 6123 4567', '+61761234567'],
    ['a SIP address', 'sip:+61441234567@pbx', '+61441234567'],
  ])('a number in an unknown range has the length and prefix of %s: %j', (_what, text, e164) => {
    expect(read(text)).toEqual({ e164, withheld: false });
  });

  it("a number in an unknown range is accepted only by the numbering plan of the operator's country", () => {
    const inBritain = createPhoneReader({ defaultCountry: 'GB' });
    expect(inBritain('07999 999 999').e164).toBe('+447999999999');
    expect(inBritain('0441 234 567').e164).toBeUndefined();
  });
});

describe('a withheld number', () => {
  it.each([
    '0',
    '00',
    '0000000000',
    '+61000000000',
    '+266696687',
    '266696687',
    '+7378742833',
    '86282452253',
    '8656696',
    '7748283',
    'Unknown Caller',
    'Unknown Number',
    'unknown_caller',
    'Caller ID withheld',
    'Caller-ID blocked',
    'CallerID unavailable',
    'No Number',
    'No Caller',
    'Number withheld',
    'Number not available',
    'Not provided',
    'Withheld Number',
    'Withheld by caller',
    'Private Caller',
    'Out of Area',
    'Undisclosed',
    'Unidentified Caller',
    'Caller ID masked',
    'Suppressed',
    'sip:anonymous@pbx.example',
    'sips:Anonymous@anonymous.invalid:5061;transport=tls',
    'anonymous@anonymous.invalid',
    '"Anonymous" <sip:anonymous@anonymous.invalid>',
    '"Anonymous" <sip:0491570156@pbx>',
    'Jane <sip:anonymous@anonymous.invalid>',
    '<sip:0@pbx>',
    'anonymous',
    'Anonymous',
    'ANONYMOUS',
    'private',
    'Private Number',
    'unknown',
    'Unavailable',
    'withheld',
    'restricted',
    'blocked',
    'No Caller ID',
    'no-caller-id',
    'N/A',
    'null',
    'sip:anonymous@anonymous.invalid',
    '<anonymous>',
    '',
    '   ',
  ])('a withheld number is recognised from %j', (text) => {
    expect(read(text)).toEqual({ e164: undefined, withheld: true });
  });

  it.each([
    ['02 6669 6687', '+61266696687'],
    ['0484 435 300', '+61484435300'],
  ])('the number %s is not withheld, because only a part of its digits spells such a word', (text, e164) => {
    expect(read(text)).toEqual({ e164, withheld: false });
  });

  it('a local number whose digits spell such a word is not withheld', () => {
    expect(readInSydney('9484 4353').e164).toBe('+61294844353');
  });

  it('a withheld number is recognised from a missing number', () => {
    expect(read(undefined)).toEqual({ e164: undefined, withheld: true });
  });
});

describe('DEFAULT_AREA_CODE', () => {
  it.each([
    ['5550 1234', '+61255501234'],
    ['55501234', '+61255501234'],
    ['5550-1234', '+61255501234'],
    ['5550 1234 x201', '+61255501234'],
  ])('DEFAULT_AREA_CODE completes the local number %j', (text, e164) => {
    expect(readInSydney(text).e164).toBe(e164);
  });

  it.each([
    ['03 7010 1234', '+61370101234'],
    ['0491 570 156', '+61491570156'],
    ['13 00 00', '+61130000'],
    ['1300 975 707', '+611300975707'],
    ['+44 20 7946 0018', '+442079460018'],
  ])('DEFAULT_AREA_CODE does not change the complete number %j', (text, e164) => {
    expect(readInSydney(text).e164).toBe(e164);
  });

  it.each([
    ['an extension', '201'],
    ['a star code', '*97'],
    ['digits that are long enough only with the extension', '93744 x000'],
    ['a local number that begins with 0', '0937 4400'],
    ['a number in a foreign plan', '+5550 1234'],
  ])('DEFAULT_AREA_CODE does not turn %s into a number: %j', (_what, text) => {
    expect(readInSydney(text).e164).toBeUndefined();
  });
});

describe('DEFAULT_COUNTRY', () => {
  it('DEFAULT_COUNTRY selects the numbering plan for national numbers', () => {
    expect(createPhoneReader({ defaultCountry: 'GB' })('020 7946 0018').e164).toBe('+442079460018');
  });
});

describe('any text read as a number', () => {
  const texts = fc.oneof(fc.string(), fc.stringMatching(/^[0-9+() x*#.-]{0,24}$/));

  it('any text read as a number gives a valid E.164 form or none', () => {
    fc.assert(fc.property(texts, (text) => /^\+[1-9]\d{2,14}$/.test(read(text).e164 ?? '+6110000')));
  });

  it('any text read as a number never gives both a number and "withheld"', () => {
    fc.assert(fc.property(texts, (text) => !(read(text).withheld && read(text).e164 !== undefined)));
  });

  it('any text read as a number gives the same result from the cache', () => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(read(text)).toEqual(createPhoneReader({ defaultCountry: 'AU' })(text));
      }),
      { numRuns: 50 },
    );
  });

  it('any text read as a number gives the same E.164 form when that form is read again', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^04\d{8}$/), (text) => {
        const { e164 } = read(text);
        fc.pre(e164 !== undefined);
        expect(read(e164).e164).toBe(e164);
      }),
    );
  });
});
