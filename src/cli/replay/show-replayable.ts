import type { Replayable } from '../../store/lookup/replay/replay-filter.ts';

const shownMax = 20;

/**
 * Describes the deliveries that a replay would make due, in lines for people: call id, destination, state, and why.
 *
 * @param first the first deliveries of all; extra ones are not shown
 */
export function showReplayable(destination: string, first: readonly Replayable[], count: number): string[] {
  const shown = first.slice(0, shownMax);
  const lines = shown.flatMap(({ id, state, code, reason, remedy }) => {
    const why = [code, reason].filter((text) => text !== null).join(': ');
    const line = [id, destination, state ?? 'not delivered before', ...(why === '' ? [] : [why])].join('  ');
    return [`  ${line}`, ...(remedy === null ? [] : [`    ${remedy}`])];
  });
  return count > shown.length ? [...lines, `  … and ${count - shown.length} more`] : lines;
}
