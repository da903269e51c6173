import {
  getCountryCallingCode,
  isSupportedCountry,
  parsePhoneNumberFromString,
  type CountryCode,
  type PhoneNumber,
} from 'libphonenumber-js/max';
import { LRUCache } from 'lru-cache';
import { isLikeSubscriber } from './numbering-plan.ts';
import { plainPhoneText } from './plain-phone-text.ts';
import { isHiddenDigits, saysNoNumber, saysPrivate, spellsHidden } from './withheld.ts';

export interface PhoneSettings {
  /** ISO 3166 country whose national numbers need no country code. */
  readonly defaultCountry: string;
  /** Put before a local number that has no area code; without it such a number stays as it came. */
  readonly defaultAreaCode?: string | undefined;
}

export type PhoneReader = (text: string | undefined) => PhoneReading;

export interface PhoneReading {
  /** The number in E.164, when the numbering plan holds it valid, or it has the shape of a subscriber's number there. */
  readonly e164: string | undefined;
  /** True when the caller hid the number, or it never came. */
  readonly withheld: boolean;
}

const lengthMax = 256;
const besideNameMin = 8;
const emergencyNumbers = new Set(['000', '112', '106']);
const noNumber: PhoneReading = { e164: undefined, withheld: false };
const hidden: PhoneReading = { e164: undefined, withheld: true };

/**
 * A reader of phone numbers as Jet may send them: national, international with or without `+`, service numbers,
 * extensions, words such as "anonymous", SIP addresses, a name beside exactly one number. It never guesses: a number
 * has an E.164 form when the numbering plan holds it valid. So has one of the operator's country whose length and first
 * digit are those of its mobiles or geographic numbers.
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
  if (text.length > lengthMax) return noNumber;
  const plain = plainPhoneText(text).trim();
  const [, name, address] = /^([^<>]*)<([^<>]*)>[^<>]*$/.exec(plain) ?? [];
  if (name === undefined || address === undefined) return readAddress(plain, settings);
  if (saysPrivate(name)) return hidden;
  const reading = readAddress(address, settings);
  const named = readOnly(name, settings);
  // `"0412 345 678" <sip:0412345678@pbx>` names one number twice; with another one it would be a guess.
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

/** The one number beside a name: `Jane 0412 345 678`. Other digits beside it could belong to it. */
function readOnly(text: string, settings: PhoneSettings): string | undefined {
  const withDigits = text.split(/[^\d\s().+/-]+/).filter((part) => /\d/.test(part));
  const [only = '', ...more] = withDigits;
  // Six or seven digits before letters (1300 FLOWER) are part of a number in letters.
  if (more.length > 0 || only.replace(/\D/g, '').length < besideNameMin) return undefined;
  const number = only.replace(/^[^\d+(]+|[^\d]+$/g, '');
  return readDigits(number, number, settings);
}

function readDigits(dialled: string, bare: string, settings: PhoneSettings): string | undefined {
  if (emergencyNumbers.has(bare.replace(/\D/g, ''))) return undefined;
  // 00 leads abroad from most countries, though not from Australia (0011, which the library knows).
  const abroad = dialled.replace(/^\(?00[\s)]*(?=[1-9])/, '+');
  const ways = abroad === dialled ? [dialled] : [dialled, abroad];
  const parsed = ways.map((text) => ({ text, number: parse(text, settings) }));
  return (
    parsed.find(({ number }) => number?.isValid() === true)?.number?.number ??
    withAreaCode(bare, settings) ??
    parsed.find(({ text, number }) => isUnverified(text, number, settings))?.number?.number
  );
}

/** A local number with the area code put before it: seven digits or more (fewer are an extension), no 0 first. */
function withAreaCode(text: string, settings: PhoneSettings): string | undefined {
  const digits = text.replace(/[\s().-]/g, '');
  if (settings.defaultAreaCode === undefined || !/^[1-9]\d{6,}$/.test(digits)) return undefined;
  const parsed = parse(settings.defaultAreaCode + digits, settings);
  return parsed?.isValid() === true ? parsed.number : undefined;
}

function parse(text: string, { defaultCountry }: PhoneSettings): PhoneNumber | undefined {
  return parsePhoneNumberFromString(text, defaultCountry as CountryCode);
}

/** A number of the operator's country in a range that the library does not know, with all that is dialled before it. */
function isUnverified(text: string, number: PhoneNumber | undefined, settings: PhoneSettings): boolean {
  const country = settings.defaultCountry as CountryCode;
  if (number?.countryCallingCode !== getCountryCallingCode(country)) return false;
  const isWhole = text.replace(/\D/g, '').length > number.nationalNumber.length;
  return isWhole && isLikeSubscriber(number, country);
}
