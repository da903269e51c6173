import type { Clock } from '../../domain/clock.ts';
import type { Fields } from './activity.ts';
import type { Dropped } from './trace.ts';

/** The optional values that the CRM refused. They are not sent again for an hour. */
export interface RefusedValues {
  /** @param print the fingerprint of the value */
  add(name: string, print: string): void;
  has(name: string, print: string): boolean;
}

// Limits the memory: a field can have a different value in every call.
const keptMax = 1_000;
const hourMs = 3_600_000;

export function createRefusedValues(clock: Clock): RefusedValues {
  const untilMs = new Map<string, Map<string, number>>();
  return {
    add(name, print) {
      const values = untilMs.get(name) ?? new Map<string, number>();
      if (values.size >= keptMax) values.clear();
      untilMs.set(name, values.set(print, clock() + hourMs));
    },
    has: (name, print) => (untilMs.get(name)?.get(print) ?? 0) > clock(),
  };
}

// Each refused value costs requests. After this many, the rest of the batch omits the field.
const valuesMax = 3;

/** The values that one batch had refused, by field. */
export type RefusedNow = Map<string, Set<string>>;

/** Removes the fields whose value was refused before. */
export function withoutRefused(
  fields: Fields,
  { known, now, fingerprintOf, name: crm }: RefusedSource,
): { readonly taken: Fields; readonly dropped: Dropped } {
  const dropped: Record<string, Dropped[string]> = {};
  const taken: Record<string, Fields[string]> = {};
  for (const [name, value] of Object.entries(fields)) {
    const print = fingerprintOf(value);
    if (known.has(name, print)) dropped[name] = { why: `${crm} refuses the value`, value: print };
    // Without a fingerprint, the next landing tries the value again.
    else if ((now.get(name)?.size ?? 0) >= valuesMax)
      dropped[name] = { why: `${crm} refuses several values of it`, value: '' };
    else taken[name] = value;
  }
  return { taken, dropped };
}

export interface RefusedSource {
  readonly known: RefusedValues;
  readonly now: RefusedNow;
  readonly fingerprintOf: (value: Fields[string]) => string;
  /** The CRM's name. */
  readonly name: string;
}
