import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { isLikeSubscriber } from '../domain/numbering-plan.ts';
import { storedNumbers } from '../domain/stored-numbers.ts';

/** One number in the forms that systems store. All forms but `e164` consist of digits that this kit computed. */
export interface NumberForms {
  /** `+61412345678` */
  readonly e164: string;
  /** With the country code, without the plus: `61412345678`. */
  readonly full: string;
  /**
   * As people dial it within the country, with the trunk prefix: `0412345678`. People type this form into phone fields.
   */
  readonly national: string;
  /** Without country code and trunk prefix: `412345678`. Some systems index this form. */
  readonly significant: string;
  /** Without the area code: `93744000`. Present when the number has the operator's own area code. */
  readonly local?: string;
  /** The number looks like a subscriber's, but the phone library knows no range that holds it. */
  readonly isUnverified?: true;
}

// How many digits a number without its area code can have.
const localDigits = [8, 7, 6];

/**
 * The forms of a number.
 * @param e164 as `Call.counterpart_e164` gives it
 * @param readNumber `AdapterTools.readNumber`; without it there is no local form
 * @returns undefined when the text is not a number in E.164, so that outside text never gets into a query
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

/** The last digits that the operator's settings complete to the whole number. */
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

/** All forms in digits that a search can use. */
export function searchedForms({ full, national, significant, local }: NumberForms): string[] {
  return [...new Set([full, national, significant, ...(local === undefined ? [] : [local])])];
}

/** The national form in its usual groups: `0412 345 678`. */
export function groupedNational({ e164, national }: NumberForms): string {
  return parsePhoneNumberFromString(e164)?.formatNational().replace(/\D+/g, ' ').trim() ?? national;
}

/** How a stored number equals a counterpart. */
export type NumberEquality = 'e164' | 'national';

/**
 * Checks whether a stored phone field holds the counterpart's number. The field is free text: it can hold words or
 * several numbers. Whole numbers are compared, never their last digits or parts.
 * - `e164`: read with the operator's country, it is the same number in E.164. Or its digits are the counterpart's with
 *   country code, and only the plus is missing.
 * - `national`: it has no country code and is not a number of the operator's country. Read with the counterpart's
 *   country, it is the same number.
 * @param stored the field's value, as people typed it
 * @param counterpart in E.164
 * @param readNumber reads a number with the operator's country: `AdapterTools.readNumber`
 * @returns undefined when it holds another number or none
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
  // A number with a plus is already complete.
  if (hasPlus) return undefined;
  return digits === forms.national || digits === forms.significant ? 'national' : undefined;
}
