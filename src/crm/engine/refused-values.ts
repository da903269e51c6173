import type { Clock } from '../../domain/clock.ts';
import type { Fields } from './activity.ts';
import type { Dropped } from './trace.ts';

/** What the CRM refused of fields that an activity can do without: it is not sent again for an hour. */
export interface RefusedValues {
  /** @param print the fingerprint of the value */
  add(name: string, print: string): void;
  has(name: string, print: string): boolean;
}

// Where every call has a value of its own, their number has no limit.
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

// Each refused value costs requests: after this many, a batch leaves the field out.
const valuesMax = 3;

/** The values that were refused in one batch, by field. */
export type RefusedNow = Map<string, Set<string>>;

/** Fields without what was refused before. */
export function withoutRefused(
  fields: Fields,
  { known, now, printOf, name: crm }: RefusedSource,
): { readonly taken: Fields; readonly dropped: Dropped } {
  const dropped: Record<string, Dropped[string]> = {};
  const taken: Record<string, Fields[string]> = {};
  for (const [name, value] of Object.entries(fields)) {
    const print = printOf(value);
    if (known.has(name, print)) dropped[name] = { why: `${crm} refuses the value`, value: print };
    // Without the fingerprint, so that the next landing tries the value again.
    else if ((now.get(name)?.size ?? 0) >= valuesMax)
      dropped[name] = { why: `${crm} refuses several values of it`, value: '' };
    else taken[name] = value;
  }
  return { taken, dropped };
}

export interface RefusedSource {
  readonly known: RefusedValues;
  readonly now: RefusedNow;
  readonly printOf: (value: Fields[string]) => string;
  /** The CRM's name. */
  readonly name: string;
}
