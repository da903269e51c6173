import { getCountryCallingCode, parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js/max';
import { createPhoneReader, type PhoneSettings } from '../domain/phone-number.ts';
import { plainPhoneText } from '../domain/plain-phone-text.ts';

const usualE164 = /^\+[1-9]\d{7,14}$/;
const usualNational = /^0[1-9]\d{7,13}$/;

/** What tells a phone number from others, however the sender spells it. */
export type NumberKey = (text: string) => string;

/**
 * A maker of number keys: the digits that are dialled at home for a number of the operator's country (`0412345678`),
 * those of E.164 for one of another country, one word for every hidden number, and the digits as they came for an
 * extension. A text without digits is its own key.
 */
export function createNumberKey(settings: PhoneSettings): NumberKey {
  const readPhone = createPhoneReader(settings);
  const homeCode = getCountryCallingCode(settings.defaultCountry as CountryCode);
  const trunkPrefix = createTrunkPrefixes(homeCode);
  const dialAtHome = (significant: string): string => trunkPrefix(significant, 0) + significant;
  // The library takes longer to read a number than all else takes for a push, so it is spared the usual spellings.
  const usual = (digits: string): string | undefined => {
    if (usualNational.test(digits)) return trunkPrefix(digits, 1) === '0' ? digits : undefined;
    const afterCode = homeCode.length + 1;
    if (!usualE164.test(digits) || !digits.startsWith(homeCode, 1) || digits[afterCode] === '0')
      return undefined;
    return dialAtHome(digits.slice(afterCode));
  };
  return (text) => {
    const key =
      usual(text) ?? (/^\+?[\d\s().-]+$/.test(text) ? usual(text.replace(/[\s().-]/g, '')) : undefined);
    if (key !== undefined) return key;
    const { e164, withheld } = readPhone(text);
    if (e164 !== undefined)
      return e164.startsWith(`+${homeCode}`) ? dialAtHome(e164.slice(homeCode.length + 1)) : digitsOf(e164);
    return withheld ? 'anonymous' : plainKey(text);
  };
}

/** The key of a number where no settings say how to read it. */
export function plainKey(text: string): string {
  return digitsOf(plainPhoneText(text)) || text.toLowerCase();
}

/**
 * A finder of the prefix with which a number is dialled at home. It depends on the number's first digits and its length.
 *
 * @returns a function of digits and of where in them the number begins, behind a country code or a zero
 */
function createTrunkPrefixes(homeCode: string): (digits: string, from: number) => string {
  const prefixes = new Map<number, string>();
  return (digits, from) => {
    let shape = digits.length - from;
    for (let at = from; at < from + 4; at += 1) shape = shape * 128 + digits.charCodeAt(at);
    let prefix = prefixes.get(shape);
    if (prefix === undefined) {
      const sample = digits.slice(from, from + 4).padEnd(digits.length - from, '5');
      const national = digitsOf(parsePhoneNumberFromString(`+${homeCode}${sample}`)?.formatNational() ?? '');
      prefix = national.endsWith(sample) ? national.slice(0, -sample.length) : '';
      prefixes.set(shape, prefix);
    }
    return prefix;
  };
}

function digitsOf(text: string): string {
  return text.replace(/\D/g, '');
}
