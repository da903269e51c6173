import {
  getCountryCallingCode,
  isSupportedCountry,
  parsePhoneNumberFromString,
  type CountryCode,
  type PhoneNumber,
} from 'libphonenumber-js/max';
import { LRUCache } from 'lru-cache';
import { isLikeSubscriber, readSubscriber } from './numbering-plan.ts';
import { plainPhoneText } from './plain-phone-text.ts';
import { isHiddenDigits, saysNoNumber, saysPrivate, spellsHidden } from './withheld.ts';

export interface PhoneSettings {
  /** ISO 3166 code of the operator's country. Its numbers need no country code. */
  readonly defaultCountry: string;
  /** The area code for local numbers without one. Without this setting, such a number has no E.164 form. */
  readonly defaultAreaCode?: string | undefined;
}

export type PhoneReader = (text: string | undefined) => PhoneReading;

export interface PhoneReading {
  /** The number in E.164, when the numbering plan accepts it or it looks like a subscriber number. */
  readonly e164: string | undefined;
  /** True when the caller hid the number, or when there is none. */
  readonly withheld: boolean;
}

const lengthMax = 256;
const besideNameMin = 8;
const emergencyNumbers = new Set(['000', '112', '106']);
const noNumber: PhoneReading = { e164: undefined, withheld: false };
const hidden: PhoneReading = { e164: undefined, withheld: true };

/**
 * Creates a reader of phone numbers in every form that Jet can send. These are national and international numbers,
 * service numbers, extensions, words such as "anonymous", SIP addresses, and a name beside exactly one number.
 *
 * The reader never guesses. A number gets an E.164 form only if the numbering plan accepts it. The one exception is a
 * number of the operator's country that has the length and first digit of a mobile or geographic number.
 *
 * Results are cached, because the same numbers occur again and again and the metadata is slow to search.
 */
export function createPhoneReader(settings: PhoneSettings): PhoneReader {
  // `maxSize` and not `max`, because `max` reserves memory for all entries at once.
  const readings = new LRUCache<string, PhoneReading>({ maxSize: 20_000, sizeCalculation: () => 1 });
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

/** True for the code of a country with a known numbering plan. */
export function isKnownCountry(code: string): boolean {
  return isSupportedCountry(code);
}

function readPhoneNumber(text: string, settings: PhoneSettings): PhoneReading {
  if (text.length > lengthMax) return noNumber;
  const plain = plainPhoneText(text).trim();
  const [, name, address] = /^([^<>]*)<([^<>]*)>[^<>]*$/.exec(plain) ?? [];
  if (name === undefined || address === undefined) return readAddress(plain, settings);
  if (saysPrivate(name)) return hidden;
  const reading = readAddress(address, settings);
  const named = readOnly(name, settings);
  // `"0412 345 678" <sip:0412345678@pbx>` has the same number twice. With two different numbers, the reader would have
  // to guess.
  return named === undefined || named === reading.e164 ? reading : noNumber;
}

function readAddress(text: string, settings: PhoneSettings): PhoneReading {
  const dialled = text
    .trim()
    .replace(/^(?:sips?|tel):/i, '')
    .replace(/@.*$/s, '');
  if (dialled === '' || (!/\d/.test(dialled) && saysNoNumber(dialled))) return hidden;
  const bare = dialled.replace(/(?:;?ext(?:n|ension)?\.?=?|x)\s*\d{1,6}$/i, '');
  if (/\p{L}/u.test(bare)) {
    if (saysPrivate(bare)) return hidden;
    const e164 = readOnly(bare, settings);
    return e164 === undefined ? noNumber : { e164, withheld: false };
  }
  if (isHiddenDigits(bare)) return hidden;
  const e164 = readDigits(dialled, bare, settings);
  if (e164 !== undefined) return { e164, withheld: false };
  return spellsHidden(bare) ? hidden : noNumber;
}

/** Reads the only number beside a name: `Jane 0412 345 678`. Any other digits could belong to the number. */
function readOnly(text: string, settings: PhoneSettings): string | undefined {
  const withDigits = text.split(/[^\d\s().+/-]+/).filter((part) => /\d/.test(part));
  const [only = '', ...more] = withDigits;
  // A few digits before letters are part of a number spelled with letters: 1300 FLOWER.
  if (more.length > 0 || only.replace(/\D/g, '').length < besideNameMin) return undefined;
  const number = only.replace(/^[^\d+(]+|[^\d]+$/g, '');
  return readDigits(number, number, settings);
}

function readDigits(dialled: string, bare: string, settings: PhoneSettings): string | undefined {
  if (emergencyNumbers.has(bare.replace(/\D/g, ''))) return undefined;
  const subscriber = readSubscriber(dialled, settings.defaultCountry as CountryCode);
  if (subscriber !== undefined) return subscriber;
  // 00 is the international prefix of most countries. Australia's is 0011, and the library reads it.
  const abroad = dialled.replace(/^\(?00[\s)]*(?=[1-9])/, '+');
  const ways = abroad === dialled ? [dialled] : [dialled, abroad];
  const parsed = ways.map((text) => ({ text, number: parse(text, settings) }));
  return (
    parsed.find(({ number }) => number?.isValid() === true)?.number?.number ??
    withAreaCode(bare, settings) ??
    parsed.find(({ text, number }) => isUnverified(text, number, settings))?.number?.number
  );
}

/** Adds the area code to a local number. It needs at least seven digits (an extension has fewer) and no leading 0. */
function withAreaCode(text: string, settings: PhoneSettings): string | undefined {
  const digits = text.replace(/[\s().-]/g, '');
  if (settings.defaultAreaCode === undefined || !/^[1-9]\d{6,}$/.test(digits)) return undefined;
  const parsed = parse(settings.defaultAreaCode + digits, settings);
  return parsed?.isValid() === true ? parsed.number : undefined;
}

function parse(text: string, { defaultCountry }: PhoneSettings): PhoneNumber | undefined {
  return parsePhoneNumberFromString(text, defaultCountry as CountryCode);
}

/** True for a number of the operator's country in a range unknown to the library, if it is written with its prefix. */
function isUnverified(text: string, number: PhoneNumber | undefined, settings: PhoneSettings): boolean {
  const country = settings.defaultCountry as CountryCode;
  if (number?.countryCallingCode !== getCountryCallingCode(country)) return false;
  const isWhole = text.replace(/\D/g, '').length > number.nationalNumber.length;
  return isWhole && isLikeSubscriber(number, country);
}
