import { isSupportedCountry, parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js/max';
import { LRUCache } from 'lru-cache';

export interface PhoneSettings {
  /** ISO 3166 country whose national numbers need no country code. */
  readonly defaultCountry: string;
  /** Put before a local number that has no area code; without it such a number stays as it came. */
  readonly defaultAreaCode?: string | undefined;
}

export type PhoneReader = (text: string | undefined) => PhoneReading;

export interface PhoneReading {
  /** The number in E.164, only when it is valid. */
  readonly e164: string | undefined;
  /** True when the caller hid the number, or it never came. */
  readonly withheld: boolean;
}

const withheldWords =
  /^(?:anonymous|anon|private|privatenumber|unknown|unavailable|withheld|restricted|blocked|noncallerid|nocallerid|hidden|null|none|na)$/;
const emergencyNumbers = new Set(['000', '112', '106']);
const noNumber: PhoneReading = { e164: undefined, withheld: false };
const hidden: PhoneReading = { e164: undefined, withheld: true };

/**
 * A reader of phone numbers as Jet may send them: national, international with or without `+`, service numbers,
 * extensions, words such as "anonymous", SIP addresses. It never guesses: a number that the numbering plan does
 * not hold valid has no E.164 form.
 *
 * Callers and service numbers repeat and the metadata is slow to search, so readings are kept.
 */
export function createPhoneReader(settings: PhoneSettings): PhoneReader {
  const readings = new LRUCache<string, PhoneReading>({ max: 20_000 });
  return (text) => {
    if (text === undefined) return hidden;
    let reading = readings.get(text);
    if (reading === undefined) {
      reading = readPhoneNumber(text, settings);
      if (text.length <= 64) readings.set(text, reading);
    }
    return reading;
  };
}

/** True for the code of a country whose numbering plan is known. */
export function isKnownCountry(code: string): boolean {
  return isSupportedCountry(code);
}

function readPhoneNumber(text: string, settings: PhoneSettings): PhoneReading {
  if (text.length > 256) return noNumber;
  const dialled = text
    .trim()
    .replace(/^(?:sips?|tel):/i, '')
    .replace(/@.*$/s, '');
  // With a digit in it, a text that says "unknown" still came with a number of some kind.
  if (dialled === '' || (!/\d/.test(dialled) && withheldWords.test(lettersOf(dialled)))) return hidden;
  const bare = dialled.replace(/(?:;?ext\.?=?|x)\s*\d+$/i, '');
  // Letters other than an extension mark are a name ("Front desk"), not a number in a vanity alphabet.
  if (/[a-z]/i.test(bare)) return noNumber;
  if (emergencyNumbers.has(bare.replace(/\D/g, ''))) return noNumber;
  const e164 =
    validE164(dialled, settings) ??
    // 00 leads abroad from most countries, though not from Australia (0011, which the library knows).
    validE164(dialled.replace(/^\(?00[\s)]*(?=[1-9])/, '+'), settings) ??
    withAreaCode(bare, settings);
  return e164 === undefined ? noNumber : { e164, withheld: false };
}

function lettersOf(text: string): string {
  return text.toLowerCase().replace(/[^a-z]/g, '');
}

/** A local number with the area code put before it: seven digits or more (fewer are an extension), no 0 first. */
function withAreaCode(text: string, settings: PhoneSettings): string | undefined {
  const digits = text.replace(/[\s().-]/g, '');
  if (settings.defaultAreaCode === undefined || !/^[1-9]\d{6,}$/.test(digits)) return undefined;
  return validE164(settings.defaultAreaCode + digits, settings);
}

function validE164(text: string, settings: PhoneSettings): string | undefined {
  const parsed = parsePhoneNumberFromString(text, settings.defaultCountry as CountryCode);
  return parsed?.isValid() === true ? parsed.number : undefined;
}
