import type { Call } from '../domain/call.ts';

/** The user for each extension or answering point: the destination's id of the user, or an email address. */
export type OwnerTable = ReadonlyMap<string, string>;

/** Undefined when the call names nobody who answered or dialled. */
export interface OwnerLookup {
  /** The extension, its name or the answering point, as the call names it. */
  readonly place: string;
  /** The table's entry for the place. Undefined: it has none. */
  readonly owner: string | undefined;
}

/**
 * Reads a table such as `202=jane@example.com, Front desk=005xx0000012345`.
 * @returns undefined when an entry has another form, or a place appears twice
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

/** Looks up who took or placed a call: its extension, then the extension's name, then its answering point. */
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
