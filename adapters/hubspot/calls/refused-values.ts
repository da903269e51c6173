import { printOf } from './normal-form.ts';
import { without, type Properties } from '../check/properties.ts';
import type { Left } from './trace.ts';

/** Values that HubSpot refused, by property: kept as long as what is known of the portal. */
export type RefusedBefore = Map<string, Set<string>>;

/** What HubSpot refused: a value that it does not take is not sent with the next call. */
export interface RefusedValues {
  add(name: string, value: string): void;
  /** The properties without what was refused before. */
  strip(properties: Properties): { readonly taken: Properties; readonly left: Left };
}

// A property of which so many values were refused is left out for the rest of the batch: each costs requests.
const valuesMax = 3;
// Where every call has a value of its own, there is no end of them.
const keptMax = 1_000;

/** @param before takes in what is refused in this batch */
export function createRefusedValues(before: RefusedBefore): RefusedValues {
  const refusals = new Map<string, Set<string>>();
  const leftOf = (name: string, value: string): Left[string] | undefined => {
    const print = printOf(value);
    if (before.get(name)?.has(print) === true) return { why: 'HubSpot refuses the value', value: print };
    // Without the fingerprint of the value, which the next landing tries again.
    return (refusals.get(name)?.size ?? 0) >= valuesMax
      ? { why: 'HubSpot refuses several values of it', value: '' }
      : undefined;
  };
  return {
    add(name, value) {
      const values = before.get(name) ?? new Set();
      if (values.size >= keptMax) values.clear();
      const print = printOf(value);
      before.set(name, values.add(print));
      refusals.set(name, (refusals.get(name) ?? new Set()).add(print));
    },
    strip(properties) {
      const left: Record<string, Left[string]> = {};
      for (const [name, value] of Object.entries(properties)) {
        const one = leftOf(name, value);
        if (one !== undefined) left[name] = one;
      }
      return { taken: without(properties, Object.keys(left)), left };
    },
  };
}
