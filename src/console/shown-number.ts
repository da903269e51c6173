import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import type { Access } from '../auth/console-passwords.ts';

const dot = '•';
// The last digits distinguish two callers on the telephone, and identify nobody.
const endShown = 3;

/**
 * A phone number for a page: whole for the operator, masked for a viewer (`+61 4•• ••• 678`). Every number on a page
 * goes through this function or through {@link withoutNumbers}.
 *
 * @param number in E.164, or as Jet sent it
 */
export function shownNumber(number: string | undefined, access: Access): string {
  if (number === undefined) return '';
  const text = /^\+\d/.test(number)
    ? (parsePhoneNumberFromString(number)?.formatInternational() ?? number)
    : number;
  return access === 'operator' ? text : masked(text);
}

/** Keeps a country code with the first digit after it, and the last three digits. */
function masked(text: string): string {
  const digits = text.replace(/\D/g, '').length;
  // An extension has few digits and identifies nobody outside.
  if (digits < 5) return text;
  const [, code = ''] = /^\+(\d{1,3}) /.exec(text) ?? [];
  const startShown = digits < 9 ? 0 : code === '' ? 2 : code.length + 1;
  let seen = 0;
  return text.replace(/\d/g, (digit) => {
    seen += 1;
    return seen <= startShown || seen > digits - endShown ? digit : dot;
  });
}

// Matches six digits or more of any script, with the characters that people write between them.
const likeNumber = /(?:\+|%2B)?\(?\p{Nd}(?:[\s\u00a0().\-/_\u2010-\u2015]*\p{Nd}){5,}/giu;
const likeTime = /^(?:19|20)\d\d-[01]\d-[0-3]\d(?:[ T]?[0-2]\d)?$/;

/**
 * A text from outside, for a page. The operator sees it unchanged. For a viewer, each run of digits that could be a
 * phone number is masked. This includes ids and other long numbers, because each can contain a phone number.
 */
export function withoutNumbers(text: string, access: Access): string {
  if (access === 'operator') return text;
  return text.replace(likeNumber, (found) =>
    likeTime.test(found) ? found : masked(found.replace(/\p{Nd}/gu, asDigit)),
  );
}

/**
 * Converts a digit of any script to an ASCII digit. Each script has its digits in order, in a block that begins at
 * zero.
 */
function asDigit(character: string): string {
  if (/\d/.test(character)) return character;
  let zero = character.codePointAt(0) ?? 0;
  const last = zero;
  while (last - zero < 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero -= 1;
  return String((last - zero) % 10);
}
