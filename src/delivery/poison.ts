import type { Capabilities } from '../contract/adapter.ts';
import { rejected } from '../contract/outcome.ts';
import type { Log } from '../domain/log.ts';
import { shownCallId } from '../domain/shown/shown-call-id.ts';
import type { DueDelivery } from '../store/deliveries.ts';
import type { Lease, Suspect } from '../store/destinations.ts';
import type { AttemptResult } from './attempt.ts';

/**
 * Finds a delivery that ends every process that tries it. After a process ended during a batch, as many deliveries as
 * that batch could hold are tried alone. The store notes each delivery before it is tried.
 * Why: docs/decisions/attempts.md
 */
export interface PoisonGuard {
  /** Starts under a lease that was just taken. */
  begin(lease: Pick<Lease, 'abandoned' | 'suspect'>): void;
  /** True while deliveries are tried alone. */
  isAlone(): boolean;
  /** The delivery to try last of those tried alone, because a process ended while it tried it. */
  suspectToDelay(): Suspect | undefined;
  /** The note for the store before a batch is tried. `ends` already counts this attempt as a failure. */
  suspectIn(callIds: readonly string[]): Suspect | undefined;
  /** Counts the settled deliveries of a batch. */
  countSettled(callIds: readonly string[]): void;
  /** Stops the search, because nothing is due. */
  clear(): void;
}

// The first end came during a batch, so each of its deliveries is tried alone. Two more ends during one delivery alone
// are not a coincidence.
const endsAloneMax = 2;

export function createPoisonGuard({ batchSizeMax }: Pick<Capabilities, 'batchSizeMax'>): PoisonGuard {
  let alone = 0;
  let suspect: Suspect | undefined;
  return {
    begin(lease) {
      alone = lease.abandoned ? batchSizeMax : 0;
      suspect = lease.suspect;
    },
    isAlone: () => alone > 0,
    suspectToDelay: () => (alone > 1 ? suspect : undefined),
    suspectIn([callId]) {
      if (alone === 0 || callId === undefined) return undefined;
      return { callId, ends: (suspect?.callId === callId ? suspect.ends : 0) + 1 };
    },
    countSettled(callIds) {
      if (alone === 0) return;
      if (suspect !== undefined && callIds.includes(suspect.callId)) suspect = undefined;
      if (alone > 1 || suspect === undefined) alone -= 1;
    },
    clear() {
      alone = 0;
    },
  };
}

/** How many due deliveries {@link chooseOther} needs. */
export const suspectChoices = 2;

/** A delivery other than the suspect. If the process ends during this delivery too, the suspect is not the cause. */
export function chooseOther(suspect: Suspect, due: readonly DueDelivery[]): readonly DueDelivery[] {
  const other = due.find(({ call }) => call.id !== suspect.callId) ?? due[0];
  return other === undefined ? [] : [other];
}

export function isPoison({ ends }: Suspect): boolean {
  return ends > endsAloneMax;
}

/** The outcome of a delivery that is not tried any more. */
export function setAside({ callId }: Suspect, log: Log): AttemptResult {
  log.error(
    { callId: shownCallId(callId) },
    'A delivery was set aside, because every process that tried it ended',
  );
  const outcome = rejected(
    callId,
    'ended_process',
    'Three processes ended while they delivered this call.',
    'Find the cause in the log (memory, the adapter), fix it, then replay: npm run replay -- --state rejected',
  );
  return { outcomes: new Map([[callId, outcome]]), stopped: undefined, late: false };
}
