import { getCountryCallingCode, parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js/max';
import { createPhoneReader, type PhoneSettings } from '../domain/phone-number.ts';
import { plainPhoneText } from '../domain/plain-phone-text.ts';

const usualE164 = /^\+[1-9]\d{7,14}$/;
const usualNational = /^0[1-9]\d{7,13}$/;

/** Gives one key for all spellings of the same phone number, and different keys for different numbers. */
export type NumberKey = (text: string) => string;

/**
 * Creates the function that makes number keys. A number of the operator's country gives the digits that are dialled
 * within the country (`0412345678`). A foreign number gives its E.164 digits. Every hidden number gives one fixed word.
 * An extension gives its digits as received, and a text without digits is its own key.
 */
export function createNumberKey(settings: PhoneSettings): NumberKey {
  const readPhone = createPhoneReader(settings);
  const homeCode = getCountryCallingCode(settings.defaultCountry as CountryCode);
  const trunkPrefix = createTrunkPrefixes(homeCode);
  const domesticDigits = (significant: string): string => trunkPrefix(significant, 0) + significant;
  // The phone library is slower than all other work on a push together, so the usual spellings avoid it.
  const readUsual = (digits: string): string | undefined => {
    if (usualNational.test(digits)) return trunkPrefix(digits, 1) === '0' ? digits : undefined;
    const afterCode = homeCode.length + 1;
    if (!usualE164.test(digits) || !digits.startsWith(homeCode, 1) || digits[afterCode] === '0')
      return undefined;
    return domesticDigits(digits.slice(afterCode));
  };
  return (text) => {
    const key =
      readUsual(text) ??
      (/^\+?[\d\s().-]+$/.test(text) ? readUsual(text.replace(/[\s().-]/g, '')) : undefined);
    if (key !== undefined) return key;
    const { e164, withheld } = readPhone(text);
    if (e164 !== undefined)
      return e164.startsWith(`+${homeCode}`)
        ? domesticDigits(e164.slice(homeCode.length + 1))
        : digitsOf(e164);
    return withheld ? 'anonymous' : plainKey(text);
  };
}

/** Makes the key of a number without knowing the operator's country. */
export function plainKey(text: string): string {
  return digitsOf(plainPhoneText(text)) || text.toLowerCase();
}

/**
 * Creates the function that finds the trunk prefix: the digits dialled before a number within its own country. The
 * prefix depends on the length of the number and its first four digits, so it is cached by both.
 *
 * @returns a function of the digits and of the position where the number begins, after a country code or a zero
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
