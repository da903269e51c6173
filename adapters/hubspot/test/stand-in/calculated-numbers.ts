import { isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/max';

/**
 * The properties that HubSpot calculates from the numbers of a contact or company.
 *
 * @param properties as people typed them
 * @param country under which a number without a plus is read; `unknown`: under none
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
    // No country is known: what is left are the digits, without the zeros before them.
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

/** What is to go before the numbers of a record are calculated again. */
export const calculatedNames: readonly string[] = [
  'hs_calculated_phone_number_country_code',
  ...['phone', 'mobile'].flatMap((kind) => [
    `hs_calculated_${kind}_number`,
    `hs_searchable_calculated_${kind}_number`,
    `hs_searchable_calculated_international_${kind}_number`,
  ]),
];
