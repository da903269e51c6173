import type { Call } from '../domain/call.ts';
import { jsonColumnText } from './json-column-text.ts';

/** The key of `extra` that keeps an `internalReferrer` which is neither true nor false. */
export const originalReferrerKey = 'internal_referrer_original';

/** The words of `internalReferrer`, in lower case. The migration reads older rows with the same words. */
export const referrerWords = { true: ['true', '1', 'yes'], false: ['false', '0', 'no'] } as const;

/** Jet's internalReferrer as a boolean; undefined for an absent value and for any other text. */
export function readInternalReferrer(text: string | undefined): boolean | undefined {
  const word = text?.trim().toLowerCase() ?? '';
  if ((referrerWords.true as readonly string[]).includes(word)) return true;
  return (referrerWords.false as readonly string[]).includes(word) ? false : undefined;
}

/** The value of the column `extra`: unknown keys, unreadable values and an odd `internalReferrer`. */
export function extraText({ extra, internal_referrer: text }: Call): string | undefined {
  const isOdd = text !== undefined && readInternalReferrer(text) === undefined;
  const whole = isOdd ? { ...extra, [originalReferrerKey]: text } : extra;
  return Object.keys(whole).length === 0 ? undefined : jsonColumnText(JSON.stringify(whole));
}
