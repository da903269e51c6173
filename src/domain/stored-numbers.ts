import { plainPhoneText } from './plain-phone-text.ts';

/** A number that somebody wrote into a field. */
export interface StoredNumber {
  /** Digits only. */
  readonly digits: string;
  /** True when a plus stands before it. */
  readonly hasPlus: boolean;
  /** As the operator's settings read it; undefined when they read none. */
  readonly e164: string | undefined;
}

// A field that is longer is no phone field.
const lengthMax = 1_000;
// Fewer digits beside a number could belong to it.
const digitsMin = 6;
// A number that is written without blanks. A group of a number has fewer.
const wholeDigitsMin = 8;

/**
 * The whole numbers in a free text such as "Mob: 0412 345 678 (wife)" or "0412 345 678 / 02 9374 4000". Words and
 * commas part numbers. A slash, blanks and brackets part them only where what stands around them is not one number.
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

/** Numbers one beside the other, when each of them could be one. */
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

/** Without what stands before the first digit, its plus or bracket, and behind the last. */
function trimmed(part: string): string {
  return part
    .replace(/^[^\d+(]+/, '')
    .replace(/^\((?![^)]*\))/, '')
    .replace(/\D+$/, '');
}
