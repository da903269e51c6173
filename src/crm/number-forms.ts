import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { isLikeSubscriber } from '../domain/numbering-plan.ts';
import { storedNumbers } from '../domain/stored-numbers.ts';

/** One number in the ways in which systems keep it. All but `e164` are digits that we made. */
export interface NumberForms {
  /** `+61412345678` */
  readonly e164: string;
  /** With the country code, without the plus: `61412345678`. */
  readonly full: string;
  /** As it is dialled at home, trunk prefix and all: `0412345678`. What people type into phone fields. */
  readonly national: string;
  /** Without country code and trunk prefix: `412345678`. Some systems index numbers so. */
  readonly significant: string;
  /** Without its area code, where the operator's own area code is set and the number is of that area: `93744000`. */
  readonly local?: string;
  /** No range that the library knows holds the number, though it has the shape of a subscriber's. */
  readonly isUnverified?: true;
}

// Numbers without their area code have so many digits.
const localDigits = [8, 7, 6];

/**
 * The forms of a number.
 *
 * @param e164 as `Call.counterpart_e164` gives it
 * @param readNumber `AdapterTools.readNumber`; without it there is no local form
 * @returns undefined when the text is no number in E.164: what came from outside is never put into a query
 */
export function numberForms(
  e164: string,
  readNumber?: (text: string) => string | undefined,
): NumberForms | undefined {
  if (!/^\+\d{6,15}$/.test(e164)) return undefined;
  const parsed = parsePhoneNumberFromString(e164);
  if (parsed?.number !== e164) return undefined;
  const isVerified = parsed.isValid();
  if (!isVerified && !parsed.getPossibleCountries().some((country) => isLikeSubscriber(parsed, country)))
    return undefined;
  const local = localForm(e164, parsed.nationalNumber, readNumber);
  return {
    e164,
    full: e164.slice(1),
    national: parsed.formatNational().replace(/\D/g, ''),
    significant: parsed.nationalNumber,
    ...(local !== undefined && { local }),
    ...(!isVerified && { isUnverified: true }),
  };
}

/** The end of the number that the operator's settings read as the whole of it. */
function localForm(
  e164: string,
  significant: string,
  readNumber: ((text: string) => string | undefined) | undefined,
): string | undefined {
  if (readNumber === undefined) return undefined;
  return localDigits
    .filter((length) => length < significant.length)
    .map((length) => significant.slice(-length))
    .find((local) => readNumber(local) === e164);
}

/** Every form of digits that a search may name. */
export function searchedForms({ full, national, significant, local }: NumberForms): string[] {
  return [...new Set([full, national, significant, ...(local === undefined ? [] : [local])])];
}

/** The national form in the groups in which it is usually written: `0412 345 678`. */
export function groupedNational({ e164, national }: NumberForms): string {
  return parsePhoneNumberFromString(e164)?.formatNational().replace(/\D+/g, ' ').trim() ?? national;
}

/** How a stored number equals a counterpart. */
export type NumberEquality = 'e164' | 'national';

/**
 * Looks whether one of the numbers that somebody stored in a field is the counterpart's. The field is free text: words,
 * several numbers. Whole numbers are compared, never their last digits and never a part of a longer one.
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
  const equalities = storedNumbers(stored, readNumber).map((number) => compareOne(number, forms));
  return equalities.includes('e164') ? 'e164' : equalities.find((equality) => equality !== undefined);
}

function compareOne(
  { digits, hasPlus, e164 }: ReturnType<typeof storedNumbers>[number],
  forms: NumberForms,
): NumberEquality | undefined {
  if (e164 !== undefined) return e164 === forms.e164 ? 'e164' : undefined;
  if (digits === forms.full) return 'e164';
  // A plus says more than a national number.
  if (hasPlus) return undefined;
  return digits === forms.national || digits === forms.significant ? 'national' : undefined;
}
