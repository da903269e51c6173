import type { Call } from '../domain/call.ts';

/** The number to search a person by, or why there is no search. */
export type CounterpartToSearch =
  | { readonly number: string; readonly rule?: undefined }
  | { readonly number: undefined; readonly rule: UnsearchedRule };

/**
 * Why a number is not searched. `withheld`: the caller hid it. `internal`: it is an extension. `own`: it belongs to the
 * business itself. `unreadable`: it is missing, or is not a phone number.
 */
export type UnsearchedRule = 'withheld' | 'internal' | 'own' | 'unreadable';

// Longer than any extension, shorter than any number with an area code.
const extensionDigitsMax = 6;

/**
 * The counterpart of a call, when a person can be searched by it.
 * @param ownNumbers the business's numbers in E.164; the call itself can name more
 */
export function counterpartToSearch(
  call: Pick<
    Call,
    | 'direction'
    | 'withheld'
    | 'counterpart_e164'
    | 'origin_number'
    | 'called_number'
    | 'phone_number_e164'
    | 'calling_number_e164'
  >,
  ownNumbers: ReadonlySet<string>,
): CounterpartToSearch {
  const unsearched = (rule: UnsearchedRule): CounterpartToSearch => ({ number: undefined, rule });
  if (call.withheld) return unsearched('withheld');
  const number = call.counterpart_e164;
  if (number === undefined) {
    const dialled = (call.direction === 'inbound' ? call.origin_number : call.called_number) ?? '';
    const isExtension =
      /^[\d*#\s]+$/.test(dialled) && dialled.replace(/\D/g, '').length <= extensionDigitsMax;
    return unsearched(isExtension && /\d/.test(dialled) ? 'internal' : 'unreadable');
  }
  const isOwn =
    ownNumbers.has(number) || number === call.phone_number_e164 || number === call.calling_number_e164;
  return isOwn ? unsearched('own') : { number };
}
