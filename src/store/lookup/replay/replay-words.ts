import type { PassedOver, ReplayFilter } from './replay-filter.ts';

// The console and the command use the same words.

/** Why deliveries are passed over, as the end of "3 are passed over: ". */
export const passedOverWords: Readonly<Record<Exclude<PassedOver, 'none'>, string>> = {
  already_due: 'already due',
  waits_for_end: 'waiting for the end of the call',
  no_updates: 'landed, and the destination takes no updates',
  newer_landed: 'landed in a newer revision',
  not_enabled: 'the destination is not enabled',
  removed: 'the call was removed',
};

/** A count with its noun: `1 delivery`, `3 deliveries`. */
export function deliveriesText(count: number): string {
  return `${count.toLocaleString('en')} ${count === 1 ? 'delivery' : 'deliveries'}`;
}

/** The lines about deliveries that are passed over, such as "2 are passed over: already due." */
export function passedOverLines(counts: ReadonlyMap<PassedOver, number>): string[] {
  return [...counts].flatMap(([why, count]) =>
    why === 'none' || count === 0
      ? []
      : [`${count.toLocaleString('en')} ${count === 1 ? 'is' : 'are'} passed over: ${passedOverWords[why]}.`],
  );
}

/**
 * A filter in one line: "destination sql, state rejected, since 2026-11-22 09:00".
 * @param timeText shows a time, epoch milliseconds
 */
export function filterText(filter: ReplayFilter, timeText: (epochMs: number) => string): string {
  const { destination, state, code, sinceMs, untilMs, callIds, neverOwed } = filter;
  const parts = [
    destination && `destination ${destination}`,
    state && `state ${state}`,
    code && `code ${code}`,
    sinceMs !== undefined && `since ${timeText(sinceMs)}`,
    untilMs !== undefined && `until ${timeText(untilMs)}`,
    callIds && (callIds.length === 1 ? `call ${callIds[0] ?? ''}` : `${callIds.length} calls by id`),
    neverOwed === true && 'also calls from before it was enabled',
  ].filter((part): part is string => typeof part === 'string');
  return parts.length === 0 ? 'every delivery' : parts.join(', ');
}
