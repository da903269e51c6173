/**
 * What search finds a phone field by.
 *
 * - Terms of digits: each run of digits by itself, and all of them joined over the punctuation between them. Letters
 *   ("x12") part them. So a number is found by its own digits whatever it looks like, and never by another form of it:
 *   `+61 2 9123 4567` by 61291234567, not by 0291234567. A field with two numbers is found by neither.
 * - Phrases: words that follow each other. Words end at blanks, punctuation, and where letters and digits meet (SOSL,
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

/** No number is written in more groups. */
const wordsMax = 6;

function phrases(words: readonly string[]): string[] {
  return words.flatMap((_, from) =>
    Array.from({ length: wordsMax - 1 }, (_, more) => words.slice(from, from + more + 2)).map((some) =>
      some.join(' '),
    ),
  );
}

/** Whether a term finds a record. `loose`: by the last digits of a number as well. */
export function finds(term: string, indexed: readonly string[], loose: boolean): boolean {
  return indexed.some((one) => one === term || (loose && term.length >= 6 && one.endsWith(term)));
}
