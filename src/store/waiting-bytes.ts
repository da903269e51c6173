import { Overloaded } from './group-commit.ts';

// A waiting push takes several times its size in memory.
export const waitingBytesMax = 8 * 1024 * 1024;

/**
 * Limits how many bytes may wait to be stored. One item of any size is always accepted.
 * Why: docs/decisions/store-gate.md
 *
 * @throws Overloaded at once, for an item over the limit
 */
export function limitWaitingBytes<Item, Result>(
  store: (item: Item) => Promise<Result>,
  bytesOf: (item: Item) => number,
  bytesMax: number,
): (item: Item) => Promise<Result> {
  let waiting = 0;
  return async (item) => {
    const bytes = bytesOf(item);
    if (waiting > 0 && waiting + bytes > bytesMax)
      throw new Overloaded('Too many bytes are waiting for the database');
    waiting += bytes;
    try {
      return await store(item);
    } finally {
      waiting -= bytes;
    }
  };
}
