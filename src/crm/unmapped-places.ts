import type { Delivery } from '../contract/delivery.ts';
import type { JsonValue } from '../domain/jet-fields.ts';
import type { Notes } from '../domain/remembered/notes.ts';

const noteName = 'unmapped places';
const keptForMs = 30 * 86_400_000;
const placesMax = 200;

/** Counts the extensions and answering points that the owner table lacks, so that `check` can show them. */
export async function countUnmappedPlaces(notes: Notes, places: readonly string[]): Promise<void> {
  if (places.length === 0) return;
  const counts = new Map(await readUnmappedPlaces(notes));
  for (const place of places) {
    if (counts.has(place) || counts.size < placesMax) counts.set(place, (counts.get(place) ?? 0) + 1);
  }
  await notes.keep(noteName, Object.fromEntries(counts), keptForMs);
}

/**
 * Whether this landing counts the places of a call. The person who took a call is known only when it is over. With
 * `isLive`, that is not the first landing.
 * @param isLive calls appear in the CRM before they end
 */
export function isPlaceCounted(
  { visit, isOver, attempt }: Pick<Delivery, 'visit' | 'isOver' | 'attempt'>,
  isLive: boolean,
): boolean {
  if (!isOver || attempt !== 1) return false;
  return visit === 'first' || (isLive && visit === 'changed');
}

/** How many calls each place had, the most first. A place disappears after 30 days without a call. */
export async function readUnmappedPlaces(notes: Notes): Promise<readonly (readonly [string, number])[]> {
  const counts: JsonValue | undefined = await notes.read(noteName);
  if (counts === null || typeof counts !== 'object' || Array.isArray(counts)) return [];
  return Object.entries(counts)
    .flatMap(([place, count]) => (typeof count === 'number' ? [[place, count] as const] : []))
    .sort(([, a], [, b]) => b - a);
}
