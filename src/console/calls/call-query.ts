import { DateTime } from 'luxon';
import { callStatuses } from '../../domain/call-status.ts';
import { cutText } from '../../domain/cut-text.ts';
import type { CallFilter } from '../../store/lookup/call-filter.ts';
import type { DeliveryState } from '../../store/deliveries.ts';

/** The query of the list of calls, as it was typed. */
export type CallQuery = Readonly<Partial<Record<QueryName, string>>>;

const names = [
  'q',
  'direction',
  'status',
  'service',
  'destination',
  'state',
  'from',
  'to',
  'before',
  'after',
] as const;
export type QueryName = (typeof names)[number];

const textMax = 300;

/** Takes the known names from a query. A repeated name counts once. */
export function callQuery(query: Readonly<Record<string, unknown>>): CallQuery {
  const given: Partial<Record<QueryName, string>> = {};
  for (const name of names) {
    const value = query[name];
    const text: unknown = Array.isArray(value) ? value[0] : value;
    if (typeof text === 'string' && text.trim() !== '') given[name] = cutText(text.trim(), textMax);
  }
  return given;
}

export const directions = ['inbound', 'outbound'] as const;
export const deliveryStates: readonly DeliveryState[] = [
  'due',
  'delivered',
  'skipped',
  'rejected',
  'exhausted',
];

/** A query as a filter, with a sentence for each part that cannot be read. */
export interface ReadQuery {
  readonly filter: CallFilter;
  readonly before: number | undefined;
  readonly faults: readonly string[];
}

/** @param destinations the names that a destination can have */
export function readCallQuery(
  query: CallQuery,
  timeZone: string,
  destinations: readonly string[],
): ReadQuery {
  const faults: string[] = [];
  const oneOf = <Value extends string>(name: QueryName, values: readonly Value[]): Value | undefined => {
    const text = query[name];
    if (text === undefined) return undefined;
    const found = values.find((value) => value === text);
    if (found === undefined) faults.push(`${name} must be one of ${values.join(', ')}.`);
    return found;
  };
  const time = (name: 'from' | 'to'): number | undefined => {
    const text = query[name];
    const readMs = text === undefined ? undefined : localInstant(text, name, timeZone);
    if (text !== undefined && readMs === undefined)
      faults.push(`${name} must be a time in ${timeZone}, such as 2026-11-27 or 2026-11-27 15:00.`);
    return readMs;
  };
  const filter: CallFilter = {
    direction: oneOf('direction', directions),
    status: oneOf('status', callStatuses),
    services: query.service === undefined ? undefined : [query.service],
    destination: oneOf('destination', destinations),
    state: oneOf('state', deliveryStates),
    fromMs: time('from'),
    toMs: time('to'),
  };
  if (filter.state !== undefined && query.destination === undefined)
    faults.push('A delivery state needs a destination. Choose one.');
  const { fromMs, toMs } = filter;
  if (fromMs !== undefined && toMs !== undefined && fromMs > toMs) faults.push('from must not be after to.');
  const before = revision(query.before);
  if (query.before !== undefined && before === undefined)
    faults.push('The page cannot be found. Go to the newest calls.');
  return { filter, before, faults };
}

/** Reads a revision from a query. Undefined when the text is not a revision. */
export function revision(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** `to` includes its whole day or minute. */
function localInstant(text: string, name: 'from' | 'to', zone: string): number | undefined {
  const day = DateTime.fromFormat(text, 'yyyy-MM-dd', { zone });
  if (day.isValid) return (name === 'from' ? day.startOf('day') : day.endOf('day')).toMillis();
  const minute = DateTime.fromISO(text.replace(' ', 'T'), { zone });
  if (!minute.isValid) return undefined;
  return (name === 'from' ? minute : minute.endOf('minute')).toMillis();
}
