/** Random values that depend only on a seed, so that a run can be repeated. */
export interface Random {
  /** At least 0 and less than 1. */
  next(): number;
  /** A whole number, including both limits. */
  integer(least: number, most: number): number;
  /** True with this probability, from 0 to 1. */
  chance(share: number): boolean;
  pick<Item>(items: readonly Item[]): Item;
  /** Picks an item with a probability in proportion to its weight. */
  weighted<Item>(items: readonly (readonly [item: Item, weight: number])[]): Item;
  shuffled<Item>(items: readonly Item[]): Item[];
}

export const seedMax = 2 ** 32 - 1;

/** @param seed a whole number from 0 to {@link seedMax} */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;

  // Mulberry32 by Tommy Ettinger (public domain): small, and random enough for test traffic.
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };

  const integer = (least: number, most: number): number => least + Math.floor(next() * (most - least + 1));

  return {
    next,
    integer,
    chance: (share) => next() < share,
    pick<Item>(items: readonly Item[]): Item {
      return items[integer(0, items.length - 1)] as Item;
    },
    weighted<Item>(items: readonly (readonly [Item, number])[]): Item {
      let rest = next() * items.reduce((sum, [, weight]) => sum + weight, 0);
      for (const [item, weight] of items) {
        rest -= weight;
        if (rest < 0) return item;
      }
      return (items.at(-1) as readonly [Item, number])[0];
    },
    shuffled<Item>(items: readonly Item[]): Item[] {
      const result = [...items];
      for (let last = result.length - 1; last > 0; last -= 1) {
        const other = integer(0, last);
        [result[last], result[other]] = [result[other] as Item, result[last] as Item];
      }
      return result;
    },
  };
}
