import type { Capabilities } from '../contract/adapter.ts';
import { rejected } from '../contract/outcome.ts';
import type { Log } from '../domain/log.ts';
import type { DueDelivery } from '../store/deliveries.ts';
import type { Lease, Suspect } from '../store/destinations.ts';
import type { AttemptResult } from './attempt.ts';

/**
 * Finds the delivery that ends each process that tries it. After a process ended with a batch, as many deliveries as
 * that batch may have had go alone, and the store notes each before it is tried.
 * Why: docs/decisions/poison.md
 */
export interface PoisonGuard {
  /** Begins under a lease that was just taken. */
  begin(lease: Pick<Lease, 'abandoned' | 'suspect'>): void;
  /** True while deliveries go alone. */
  isAlone(): boolean;
  /** The delivery that goes last of those that go alone: its process ended with it. */
  suspectToDelay(): Suspect | undefined;
  /** What the store must note before a batch is tried: `ends` as it will be, should this process end of it too. */
  suspectIn(callIds: readonly string[]): Suspect | undefined;
  /** Counts a batch that was settled. */
  countSettled(callIds: readonly string[]): void;
  /** Ends the search: nothing is due. */
  clear(): void;
}

// The first end came in a batch, and made each of it be tried alone. Two more ends alone are no coincidence.
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

/** How many due deliveries to read, so that {@link chooseOther} can choose. */
export const suspectChoices = 2;

/**
 * A delivery other than the suspect. A process that is ended by something else then ends with another one in hand,
 * which clears the suspect.
 */
export function chooseOther(suspect: Suspect, due: readonly DueDelivery[]): readonly DueDelivery[] {
  const other = due.find(({ call }) => call.id !== suspect.callId) ?? due[0];
  return other === undefined ? [] : [other];
}

export function isPoison({ ends }: Suspect): boolean {
  return ends > endsAloneMax;
}

/** The outcome of a delivery that is not tried any more. */
export function setAside({ callId }: Suspect, log: Log): AttemptResult {
  log.error({}, 'A delivery is set aside: each process that had it in hand ended');
  const outcome = rejected(
    callId,
    'ended_process',
    'The process that delivered it ended three times.',
    'Look into its log for what ended it (memory, the adapter), mend that, then replay: npm run replay -- --state rejected',
  );
  return { outcomes: new Map([[callId, outcome]]), stopped: undefined, late: false };
}
