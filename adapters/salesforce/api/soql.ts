/** Writes a text as a SOQL literal. */
export function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}

/** Splits values into pages. A query with the literals of one page still fits into a URL. */
export function pagesOf(values: readonly string[], lengthMax = 8_000): string[][] {
  const pages: string[][] = [];
  let total = Infinity;
  for (const value of values) {
    const length = encodeURIComponent(quoted(value)).length + 3;
    if (total + length > lengthMax) {
      pages.push([]);
      total = 0;
    }
    pages.at(-1)?.push(value);
    total += length;
  }
  return pages;
}
