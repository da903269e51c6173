import { describe, expect, it } from 'vitest';
import { shownNumber, withoutNumbers } from '../../src/console/shown-number.ts';

describe('a number on a page', () => {
  it('a number on a page is whole for the operator', () => {
    expect(shownNumber('+61412345678', 'operator')).toBe('+61 412 345 678');
  });

  it.each([
    ['+61412345678', '+61 4•• ••• 678'],
    ['+61255501234', '+61 2 •••• •234'],
    ['0412 345 678', '04•• ••• 678'],
    ['+442071838750', '+44 2• •••• •750'],
    ['204', '204'],
  ])('a number on a page is masked for a viewer: %s', (number, shown) => {
    expect(shownNumber(number, 'viewer')).toBe(shown);
  });
});

describe('a text with numbers', () => {
  it('a text with numbers is unchanged for the operator', () => {
    expect(withoutNumbers('call 0412 345 678', 'operator')).toBe('call 0412 345 678');
  });

  it.each([
    '{"originnumber":"0412 345 678"}',
    '{"originnumber":"+61412345678"}',
    'originnumber=%2B61412345678&x=1',
    '(02) 5550-1234',
    'sip:61412345678@pbx',
    '{"n":61412345678}',
    '٠٤١٢٣٤٥٦٧٨',
    '0412.345.678',
  ])('a number in a text is masked for a viewer: %s', (text) => {
    const digits = (of: string): string => of.replace(/\P{Nd}/gu, '');
    expect(digits(withoutNumbers(text, 'viewer')).length).toBeLessThanOrEqual(digits(text).length - 3);
    expect(withoutNumbers(text, 'viewer')).toContain('•••');
  });

  it.each(['2026-11-27 15:04:06', '2026-11-27T15:04:06Z', 'duration 125 s', '{"revision":12345}'])(
    'a viewer sees the text %s unchanged',
    (text) => {
      expect(withoutNumbers(text, 'viewer')).toBe(text);
    },
  );
});
