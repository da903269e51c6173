import type { Upsert } from '../database.ts';

/** The texts of long columns and binary columns, joined as bytes, so that the statement needs no escapes. */
export interface LargeValues {
  /** Takes a text, and returns its position among the bytes of all large values. Positions count from 1, as in SQL. */
  readonly put: (text: string) => readonly [from: number, length: number];
  readonly bytes: () => Buffer;
}

/** True for a column whose text is passed among the large values. */
export function isLarge({ long = [], binary = [] }: Upsert, column: string): boolean {
  return long.includes(column) || binary.includes(column);
}

export function createLargeValues(): LargeValues {
  const texts: string[] = [];
  let length = 0;
  return {
    put(text) {
      const from = length + 1;
      const bytes = Buffer.byteLength(text);
      texts.push(text);
      length += bytes;
      return [from, bytes];
    },
    bytes() {
      const all = Buffer.allocUnsafe(length);
      let at = 0;
      for (const text of texts) at += all.write(text, at);
      return all;
    },
  };
}

/** The rows of an upsert, each large value replaced by its position. */
export function withLargeApart(upsert: Upsert, put: LargeValues['put']): Upsert['rows'] {
  const large = upsert.columns.map((column) => isLarge(upsert, column));
  return upsert.rows.map((row) =>
    row.map((value, index) => (large[index] === true ? put(value as string) : value)),
  );
}
