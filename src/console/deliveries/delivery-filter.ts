import { readTypedTime, typedTimeForms } from '../../domain/lookup/typed-time.ts';
import { deliveryStates } from '../../store/deliveries.ts';
import type { ReplayFilter } from '../../store/lookup/replay/replay-filter.ts';

/** The fields of the filter, as the form and the URL have them. */
export const filterFields = ['destination', 'state', 'code', 'from', 'to', 'call', 'earlier', 'all'] as const;

export type FilterFields = Readonly<Partial<Record<(typeof filterFields)[number], string>>>;

/** The meaning of the fields, or the faults in them. */
export interface ReadFilter {
  readonly filter: ReplayFilter;
  /** Sentences about wrong fields. The filter is valid only if there is none. */
  readonly faults: readonly string[];
}

export interface FilterSurroundings {
  /** The destinations that the field can name. */
  readonly names: readonly string[];
  readonly timeZone: string;
  readonly nowMs: number;
}

const codeMax = 64;
const callIdMax = 191;

/** Takes the known fields from a query or a form, and omits empty ones. */
export function takeFields(read: (name: string) => unknown): FilterFields {
  const entries = filterFields.flatMap((name) => {
    const value = read(name);
    return typeof value === 'string' && value.trim() !== '' ? [[name, value.trim()] as const] : [];
  });
  return Object.fromEntries(entries);
}

export function readFilter(fields: FilterFields, { names, timeZone, nowMs }: FilterSurroundings): ReadFilter {
  const faults: string[] = [];
  const { destination, code, call } = fields;
  if (destination !== undefined && !names.includes(destination))
    faults.push(
      `There is no destination "${destination}". The destinations are ${names.join(', ') || 'none'}.`,
    );
  const state = deliveryStates.find((known) => known === fields.state);
  if (fields.state !== undefined && state === undefined)
    faults.push(`There is no state "${fields.state}". The states are ${deliveryStates.join(', ')}.`);
  if (code !== undefined && code.length > codeMax) faults.push(`A code has at most ${codeMax} characters.`);
  if (call !== undefined && call.length > callIdMax)
    faults.push(`A call id has at most ${callIdMax} characters.`);
  const time = (text: string | undefined): number | undefined => {
    if (text === undefined) return undefined;
    const epochMs = readTypedTime(text, timeZone, nowMs);
    if (epochMs === undefined) faults.push(`"${text}" is not a time: write ${typedTimeForms}.`);
    return epochMs;
  };
  const [sinceMs, untilMs] = [time(fields.from), time(fields.to)];
  if (sinceMs !== undefined && untilMs !== undefined && sinceMs >= untilMs)
    faults.push('The first time must be before the second one.');
  const neverOwed = fields.earlier !== undefined;
  if (neverOwed && destination === undefined)
    faults.push('Choose a destination to send it calls from before it was enabled.');
  const filter = {
    destination,
    state,
    code,
    sinceMs,
    untilMs,
    callIds: call === undefined ? undefined : [call],
  };
  return { filter: neverOwed ? { ...filter, neverOwed } : filter, faults };
}

/** True if the fields select some deliveries, or explicitly all. */
export function isChosen(fields: FilterFields): boolean {
  return Object.keys(fields).some((name) => name !== 'earlier');
}

/** The fields of a filter with fixed times, so that a job does exactly what its preview showed. */
export function fixedFields(fields: FilterFields, { sinceMs, untilMs }: ReplayFilter): FilterFields {
  const iso = (epochMs: number | undefined): string | undefined =>
    epochMs === undefined ? undefined : new Date(epochMs).toISOString();
  return takeFields((name) =>
    name === 'from' ? iso(sinceMs) : name === 'to' ? iso(untilMs) : fields[name as 'code'],
  );
}
