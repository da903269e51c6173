import { parsePhoneNumberFromString } from 'libphonenumber-js/max';

/** One number in the ways in which systems keep it. All but `e164` are digits only, and digits that we made. */
export interface NumberForms {
  /** `+61412345678` */
  readonly e164: string;
  /** With the country code, without the plus: `61412345678`. */
  readonly full: string;
  /** As it is dialled at home, trunk prefix and all: `0412345678`. What people type into phone fields. */
  readonly national: string;
  /** Without country code and trunk prefix: `412345678`. Some systems index numbers so. */
  readonly significant: string;
}

/**
 * The forms of a number.
 *
 * @param e164 as `Call.counterpart_e164` gives it
 * @returns undefined when the text is no valid number in E.164: what came from outside is never put into a query
 */
export function numberForms(e164: string): NumberForms | undefined {
  if (!/^\+\d{6,15}$/.test(e164)) return undefined;
  const parsed = parsePhoneNumberFromString(e164);
  if (parsed?.isValid() !== true || parsed.number !== e164) return undefined;
  return {
    e164,
    full: e164.slice(1),
    national: parsed.formatNational().replace(/\D/g, ''),
    significant: parsed.nationalNumber,
  };
}

/** How a stored number equals a counterpart. */
export type NumberEquality = 'e164' | 'national';

/**
 * Looks whether a number as somebody stored it is the counterpart's. Whole numbers are compared, never their last
 * digits.
 *
 * - `e164`: read under the operator's country it is the same number in E.164, or its digits are the counterpart's
 *   with the country code and only the plus is missing.
 * - `national`: it has no country code and is no number of the operator's country, but read in the counterpart's
 *   country it is the same number.
 *
 * @param stored what the destination holds, as people type it
 * @param counterpart in E.164
 * @param readNumber reads a number under the operator's country: `AdapterTools.readNumber`
 * @returns undefined when it is another number, or none
 */
export function compareNumbers(
  stored: string,
  counterpart: string,
  readNumber: (text: string) => string | undefined,
): NumberEquality | undefined {
  const forms = numberForms(counterpart);
  if (forms === undefined) return undefined;
  const atHome = readNumber(stored);
  if (atHome !== undefined) return atHome === counterpart ? 'e164' : undefined;
  const bare = stored.trim().replace(/[\s().\-/]/g, '');
  // A plus, an exit code or letters: it says more than a national number, and was not read as the same.
  if (!/^\d+$/.test(bare)) return undefined;
  if (bare === forms.full) return 'e164';
  return bare === forms.national || bare === forms.significant ? 'national' : undefined;
}
