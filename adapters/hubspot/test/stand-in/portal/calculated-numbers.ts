import { isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/max';

/**
 * The properties that HubSpot calculates from the numbers of a contact or company.
 * @param properties as people typed them
 * @param country the country for numbers without a plus; `unknown`: none
 */
export function calculatedNumbers(
  properties: Readonly<Record<string, string>>,
  country: string,
): Record<string, string> {
  return {
    ...calculated(properties.phone, 'phone', country),
    ...calculated(properties.mobilephone, 'mobile', country),
  };
}

function calculated(
  typed: string | undefined,
  kind: 'phone' | 'mobile',
  country: string,
): Record<string, string> {
  const digits = (typed ?? '').replace(/\D/g, '');
  if (typed === undefined || digits === '') return {};
  const parsed = parsePhoneNumberFromString(typed, isSupportedCountry(country) ? country : undefined);
  if (parsed?.isValid() !== true) {
    // Without a known country, the calculated number consists of the digits without leading zeros.
    const bare = digits.replace(/^0+/, '');
    return { [`hs_searchable_calculated_${kind}_number`]: bare };
  }
  return {
    [`hs_calculated_${kind}_number`]: parsed.number,
    [`hs_searchable_calculated_${kind}_number`]: parsed.nationalNumber,
    [`hs_searchable_calculated_international_${kind}_number`]: parsed.number.slice(1),
    ...(kind === 'phone' && parsed.country !== undefined
      ? { hs_calculated_phone_number_country_code: parsed.country }
      : {}),
  };
}

/** The calculated properties that must be removed before a new calculation. */
export const calculatedNames: readonly string[] = [
  'hs_calculated_phone_number_country_code',
  ...['phone', 'mobile'].flatMap((kind) => [
    `hs_calculated_${kind}_number`,
    `hs_searchable_calculated_${kind}_number`,
    `hs_searchable_calculated_international_${kind}_number`,
  ]),
];
