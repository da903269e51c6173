import { describe, expect, it } from 'vitest';
import { calculatedNumbers } from './calculated-numbers.ts';

describe('the numbers that HubSpot calculates', () => {
  it.each([
    ['+33655555555', 'AU', '+33655555555', '655555555'],
    ['+5511999999999', 'AU', '+5511999999999', '11999999999'],
    ['513-227-1572', 'US', '+15132271572', '5132271572'],
    ['0412 345 678', 'AU', '+61412345678', '412345678'],
    ['08180854296', 'unknown', undefined, '8180854296'],
    ['00004', 'unknown', undefined, '4'],
    ['(877) 829-06966777', 'US', undefined, '87782906966777'],
    ['34648739267', 'AU', undefined, '34648739267'],
  ])('the calculated numbers of %s in %s are %s and %s', (typed, country, e164, searchable) => {
    const made = calculatedNumbers({ phone: typed, mobilephone: typed }, country);
    expect([made.hs_calculated_phone_number, made.hs_searchable_calculated_phone_number]).toEqual([
      e164,
      searchable,
    ]);
    expect([made.hs_calculated_mobile_number, made.hs_searchable_calculated_mobile_number]).toEqual([
      e164,
      searchable,
    ]);
  });

  it('a calculated number names the country that it belongs to', () => {
    const made = calculatedNumbers({ phone: '+33655555555' }, 'AU');
    expect(made.hs_calculated_phone_number_country_code).toBe('FR');
  });

  it('a text without digits has no calculated number', () => {
    expect(calculatedNumbers({ phone: 'ask at the desk' }, 'AU')).toEqual({});
  });
});
