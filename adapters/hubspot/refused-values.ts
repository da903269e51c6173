import { fingerprint } from '#contract';
import type { Properties } from './properties.ts';
import { without } from './portal.ts';
import type { Left } from './trace.ts';

/** What HubSpot refused in one batch: a value that it does not take is not sent with the next call. */
export interface RefusedValues {
  add(name: string, value: string): void;
  /** The properties without what was refused before. */
  strip(properties: Properties): { readonly taken: Properties; readonly left: Left };
}

// A property of which so many values were refused is left out for the rest of the batch: each costs requests.
const valuesMax = 3;

export function createRefusedValues(): RefusedValues {
  const valuesByName = new Map<string, Set<string>>();
  const leftOf = (name: string, value: string): Left[string] | undefined => {
    const values = valuesByName.get(name);
    if (values?.has(value) === true) return refusedValue(value);
    // Without the fingerprint of the value, which the next landing tries again.
    return values !== undefined && values.size >= valuesMax
      ? { why: 'HubSpot refuses several values of it', value: '' }
      : undefined;
  };
  return {
    add: (name, value) => void valuesByName.set(name, (valuesByName.get(name) ?? new Set()).add(value)),
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

function refusedValue(value: string): Left[string] {
  return { why: 'HubSpot refuses the value', value: fingerprint(value) };
}
