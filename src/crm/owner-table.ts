import type { Call } from '../domain/call.ts';

/** Who stands behind an extension or answering point: the destination's own id of a user, or an email address. */
export type OwnerTable = ReadonlyMap<string, string>;

/** `undefined`: the call names nobody who answered or dialled. */
export interface OwnerLookup {
  /** What the call names, as it came: an extension, its name, or an answering point. */
  readonly place: string;
  /** The table's entry for it; undefined: it has none. */
  readonly owner: string | undefined;
}

/**
 * Reads a table such as `202=jane@example.com, Front desk=005xx0000012345`.
 *
 * @returns undefined when an entry is not of that form, or a place comes twice
 */
export function parseOwnerTable(text: string): OwnerTable | undefined {
  const table = new Map<string, string>();
  for (const entry of text.split(',').filter((part) => part.trim() !== '')) {
    const at = entry.lastIndexOf('=');
    const [place, owner] = [fold(entry.slice(0, Math.max(at, 0))), entry.slice(at + 1).trim()];
    if (place === '' || owner === '' || table.has(place)) return undefined;
    table.set(place, owner);
  }
  return table;
}

/** Who took or placed a call: the first of its extension, the extension's name and its answering point in the table. */
export function ownerOf(call: Call, table: OwnerTable): OwnerLookup | undefined {
  const places = (
    call.direction === 'inbound'
      ? [call.extension_number, call.extension_name, call.answering_point]
      : [call.calling_extension, call.extension_number, call.extension_name]
  ).filter((place): place is string => place !== undefined && place.trim() !== '');
  const [first] = places;
  if (first === undefined) return undefined;
  const place = places.find((name) => table.has(fold(name))) ?? first;
  return { place, owner: table.get(fold(place)) };
}

function fold(place: string): string {
  return place.trim().replace(/\s+/g, ' ').toLowerCase();
}
