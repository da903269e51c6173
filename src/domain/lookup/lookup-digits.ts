import { plainPhoneText } from '../plain-phone-text.ts';

/** Numbers are looked up by this many of their last digits, which are the same in most forms of a number. */
export const lookupDigitsMax = 9;

const plainNumber = /^\+?[\d ()-]+$/;
// A longer text is not a phone field.
const lengthMax = 256;

/**
 * The last digits of a number as Jet sends it, by which its calls are looked up. An address, a name beside the number and
 * an extension after it do not count.
 *
 * @returns at most {@link lookupDigitsMax} digits; undefined when the text has none
 */
export function lookupDigits(text: string | undefined): string | undefined {
  if (text === undefined || text.length > lengthMax) return undefined;
  const digits = (plainNumber.test(text) ? text : numberIn(text)).replace(/\D/g, '');
  return digits === '' ? undefined : digits.slice(-lookupDigitsMax);
}

function numberIn(text: string): string {
  const plain = plainPhoneText(text).trim();
  const address = /<([^<>]*)>/.exec(plain)?.[1] ?? plain;
  return address
    .replace(/^(?:sips?|tel):/i, '')
    .replace(/[@;].*$/s, '')
    .replace(/(?:ext(?:n|ension)?\.?=?|x)\s*\d{1,6}$/i, '');
}
