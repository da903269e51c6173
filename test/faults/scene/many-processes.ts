import type { Started } from './scene.ts';

export const secretKey = 'secret-key-that-all-processes-share-0123';

/** The fences under which a process took a destination, from its log. */
export function fencesOf(started: Started, destination: string): number[] {
  const taken = started
    .output()
    .split('\n')
    // The last line may be incomplete.
    .slice(0, -1)
    .filter((line) => line.includes('"This process now delivers to the destination"'))
    .map((line) => JSON.parse(line) as { destination: string; fence: number });
  return taken.filter((line) => line.destination === destination).map(({ fence }) => fence);
}

/** The process that took a destination last, and its fence. */
export function newestHolder(
  processes: readonly Started[],
  destination: string,
): { readonly index: number; readonly fence: number } | undefined {
  const all = processes.flatMap((started, index) =>
    fencesOf(started, destination).map((fence) => ({ index, fence })),
  );
  return all.sort((a, b) => b.fence - a.fence)[0];
}
