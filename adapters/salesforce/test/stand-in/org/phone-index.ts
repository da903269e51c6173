/**
 * The terms that find a phone field in a search.
 *
 * - Digits: each run of digits by itself, and all runs joined over the punctuation between them. Letters ("x12")
 *   separate runs. So a number is found by its own digits in any format, but not by another form of the number:
 *   `+61 2 9123 4567` by 61291234567, not by 0291234567. A field with two numbers is found by neither number.
 * - Phrases: adjacent words. A word ends at a space, at punctuation, or between a letter and a digit (SOSL,
 *   FIND clause). `0412 345 678 / 02 9123 4567` is found by "0412 345 678".
 */
export function phoneTerms(stored: string): string[] {
  const parts = stored.split(/[^\d\s().+/-]+/);
  const terms = parts.flatMap((part) => {
    const runs = part.match(/\d+/g) ?? [];
    return [...runs, runs.join('')].filter((term) => term !== '');
  });
  return [...terms, ...phrases(stored.match(/\p{Nd}+|\p{L}+/gu) ?? [])];
}

/** The most groups in which anybody writes a number. */
const wordsMax = 6;

function phrases(words: readonly string[]): string[] {
  return words.flatMap((_, from) =>
    Array.from({ length: wordsMax - 1 }, (_, more) => words.slice(from, from + more + 2)).map((some) =>
      some.join(' '),
    ),
  );
}

/** Whether a term finds a record. `loose`: the last digits of a number find it too. */
export function finds(term: string, indexed: readonly string[], loose: boolean): boolean {
  return indexed.some((one) => one === term || (loose && term.length >= 6 && one.endsWith(term)));
}
