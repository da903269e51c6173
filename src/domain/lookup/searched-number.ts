import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { lookupDigits } from './lookup-digits.ts';
import type { PhoneReader } from '../phone-number.ts';

/** A number that somebody looks up. */
export interface SearchedNumber {
  /** Undefined when it is not exactly one number, such as an extension. */
  readonly e164: string | undefined;
  /** The last digits ({@link lookupDigits}) that a call can have for it, one for each form of the number. */
  readonly counterparts: readonly string[];
}

const writtenNumber = /^[+(]?[\d\s().+/-]+$/;
const digitsMin = 3;

/**
 * Reads a number as people write it: `0412 345 678`, `+61 412 345 678`, `9374 4000` with the operator's area code.
 *
 * @returns undefined when the text is not written like a number
 */
export function searchedNumber(text: string, readPhone: PhoneReader): SearchedNumber | undefined {
  const written = text.trim();
  const digits = written.replace(/\D/g, '');
  if (!writtenNumber.test(written) || digits.length < digitsMin) return undefined;
  const { e164 } = readPhone(written);
  const parsed = e164 === undefined ? undefined : parsePhoneNumberFromString(e164);
  const forms = [digits, e164, parsed?.nationalNumber, parsed?.formatNational()];
  return { e164, counterparts: [...new Set(forms.flatMap((form) => lookupDigits(form) ?? []))] };
}
