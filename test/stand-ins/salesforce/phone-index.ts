/**
 * The terms of digits under which search finds a phone field: each run of digits by itself, and all of them joined
 * over the punctuation between them. Letters ("x12") part them. So a number is found by its own digits whatever it
 * looks like, and never by another form of it: `+61 2 9123 4567` by 61291234567, not by 0291234567.
 */
export function phoneTerms(stored: string): string[] {
  const parts = stored.split(/[^\d\s().+/-]+/);
  return parts.flatMap((part) => {
    const runs = part.match(/\d+/g) ?? [];
    return [...runs, runs.join('')].filter((term) => term !== '');
  });
}

/** Whether a term finds a record. `loose`: by the last digits of a number as well. */
export function finds(term: string, indexed: readonly string[], loose: boolean): boolean {
  return indexed.some((one) => one === term || (loose && term.length >= 6 && one.endsWith(term)));
}
