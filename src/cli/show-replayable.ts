import type { Replayable } from '../store/upkeep/replay.ts';

const shownMax = 20;

/**
 * The deliveries that a replay would make due, in lines for people: call id, destination, state, and why.
 *
 * @param first of all that there are, the first; more than are shown do no harm
 */
export function showReplayable(destination: string, first: readonly Replayable[], count: number): string[] {
  const shown = first.slice(0, shownMax);
  const lines = shown.flatMap(({ id, state, code, reason, remedy }) => {
    const why = [code, reason].filter((text) => text !== null).join(': ');
    const line = [id, destination, state ?? 'never owed', ...(why === '' ? [] : [why])].join('  ');
    return [`  ${line}`, ...(remedy === null ? [] : [`    ${remedy}`])];
  });
  return count > shown.length ? [...lines, `  … and ${count - shown.length} more`] : lines;
}
