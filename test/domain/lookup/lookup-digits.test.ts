import { describe, expect, it } from 'vitest';
import { lookupDigits } from '../../../src/domain/lookup/lookup-digits.ts';

describe('the digits by which a number is looked up', () => {
  it.each([
    '0412 345 678',
    '+61 412 345 678',
    '61412345678',
    '(0412) 345-678',
    '0011 61 412 345 678',
    'sip:0412345678@10.0.0.1:5060',
    '"Jane Citizen" <sip:0412345678@pbx.example;transport=udp>',
    '0412345678 ext 12',
    '０４１２３４５６７８',
  ])('the digits by which a number is looked up are the same for %s', (text) => {
    expect(lookupDigits(text)).toBe('412345678');
  });

  it('the digits by which a number is looked up are all digits of a short number', () => {
    expect(lookupDigits('13 11 26')).toBe('131126');
  });

  it.each([undefined, '', 'anonymous', '9'.repeat(300)])(
    'the digits by which a number is looked up are absent for %s',
    (text) => {
      expect(lookupDigits(text)).toBeUndefined();
    },
  );
});
