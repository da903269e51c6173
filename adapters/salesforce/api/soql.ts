/** A text as a literal of SOQL. */
export function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}

/** Values in pages whose literals are so long together that a query with them still fits an address. */
export function pagesOf(values: readonly string[], lettersMax = 8_000): string[][] {
  const pages: string[][] = [];
  let letters = Infinity;
  for (const value of values) {
    const length = encodeURIComponent(quoted(value)).length + 3;
    if (letters + length > lettersMax) {
      pages.push([]);
      letters = 0;
    }
    pages.at(-1)?.push(value);
    letters += length;
  }
  return pages;
}
