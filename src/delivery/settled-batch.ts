import type { Log } from '../domain/log.ts';
import { shownCallId } from '../domain/shown/shown-call-id.ts';
import type { Settlement } from '../store/settle.ts';

/** Counts settlements by result: delivered, skipped, rejected, exhausted or retry. */
export function countSettlements(settlements: readonly Settlement[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { state } of settlements) {
    const outcome = state === 'due' ? 'retry' : state;
    counts[outcome] = (counts[outcome] ?? 0) + 1;
  }
  return counts;
}

/** Warns of deliveries that are not tried any more: one line for each code, with the first call and its reason. */
export function warnOfUnretried(settlements: readonly Settlement[], log: Log): void {
  const alike = new Map<string, Settlement[]>();
  for (const settlement of settlements) {
    if (settlement.state !== 'rejected' && settlement.state !== 'exhausted') continue;
    const kind = `${settlement.state} ${settlement.code ?? ''}`;
    alike.set(kind, [...(alike.get(kind) ?? []), settlement]);
  }
  for (const resting of alike.values()) {
    const [first] = resting;
    if (first === undefined) continue;
    const { callId, state, code, reason, remedy } = first;
    log.warn(
      { callId: shownCallId(callId), state, code, reason, remedy, count: resting.length },
      'Deliveries are not tried any more',
    );
  }
}
