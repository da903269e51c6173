export interface NearestWordOptions {
  /** Makes words equal that mean the same. By default upper and lower case are equal. */
  readonly fold?: (word: string) => string;
  /** The most letters that may change. Without it the nearest candidate is returned however far it is. */
  readonly changesMax?: number;
}

const lowerCase = (word: string): string => word.toLowerCase();

/** The candidate that needs the fewest changed letters to become the word. Undefined when none is near enough. */
export function nearestWord(
  word: string,
  candidates: readonly string[],
  { fold = lowerCase, changesMax = Infinity }: NearestWordOptions = {},
): string | undefined {
  const folded = fold(word);
  const [nearest] = candidates
    .map((candidate) => ({ candidate, changes: changesBetween(folded, fold(candidate)) }))
    .filter(({ changes }) => changes <= changesMax)
    .sort((a, b) => a.changes - b.changes);
  return nearest?.candidate;
}

/** The Levenshtein distance: how many letters must be inserted, removed or replaced. */
function changesBetween(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_none, index) => index);
  for (let i = 1; i <= from.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
