import { plainPhoneText } from './plain-phone-text.ts';

/** A number found in a phone field of a CRM. */
export interface StoredNumber {
  /** Digits only. */
  readonly digits: string;
  /** True when the number begins with a plus. */
  readonly hasPlus: boolean;
  /** The E.164 form under the operator's settings; undefined when there is none. */
  readonly e164: string | undefined;
}

// A longer text is not a phone field.
const lengthMax = 1_000;
// A shorter group of digits can be a part of the number next to it.
const digitsMin = 6;
// A group of this length is a complete number written without blanks.
const wholeDigitsMin = 8;

/**
 * Finds the complete numbers in a free text such as "Mob: 0412 345 678 (wife)" or "0412 345 678 / 02 9374 4000". Words
 * and commas always separate numbers. Slashes, blanks and brackets separate them only when the whole part is not one
 * number.
 *
 * @param readNumber `AdapterTools.readNumber`
 */
export function storedNumbers(
  text: string,
  readNumber: (text: string) => string | undefined,
): readonly StoredNumber[] {
  const read = (part: string): StoredNumber => ({
    digits: part.replace(/\D/g, ''),
    hasPlus: part.startsWith('+'),
    e164: readNumber(part),
  });
  return plainPhoneText(text.slice(0, lengthMax))
    .split(/[^\d ().+/-]+/)
    .map(trimmed)
    .filter((part) => part !== '')
    .flatMap((part) => {
      const whole = read(part);
      return whole.e164 === undefined ? [whole, ...piecesOf(part).map(read)] : [whole];
    });
}

function piecesOf(part: string): string[] {
  const bySlash = part.split('/').map(trimmed);
  return [...(bySlash.length > 1 ? bySlash : []), ...bySlash.flatMap(byBlanks)].filter(
    (piece) => piece !== '',
  );
}

/** Splits a text at blanks, if each piece is long enough to be a number. */
function byBlanks(part: string): string[] {
  for (const [between, fewest] of [
    [/ {2,}| - | (?=[+(])/, digitsMin],
    [/ /, wholeDigitsMin],
  ] as const) {
    const pieces = part.split(between).map(trimmed);
    const areNumbers = pieces.every((piece) => piece.replace(/\D/g, '').length >= fewest);
    if (pieces.length > 1 && areNumbers) return pieces;
  }
  return [];
}

/** Removes the text before the first digit (or its plus or bracket) and after the last digit. */
function trimmed(part: string): string {
  return part
    .replace(/^[^\d+(]+/, '')
    .replace(/^\((?![^)]*\))/, '')
    .replace(/\D+$/, '');
}
