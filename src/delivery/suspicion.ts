import { rejected } from '../contract/outcome.ts';
import type { Log } from '../domain/log.ts';
import { readDue, type DueDelivery } from '../store/deliveries.ts';
import type { Suspect } from '../store/destinations.ts';
import type { AttemptResult } from './attempt.ts';
import { batchLimit, type Hold, type HoldDependencies } from './hold.ts';
import { chooseProbe, probeChoices } from './probing.ts';

// The first end came in a batch, and made each of it be tried alone; so many more alone are no chance.
const endsAloneMax = 2;

/**
 * What is to be tried next. After an end, the delivery that was in hand then comes last of those that go alone: a
 * process that is ended by something else ends with another one in hand, and this one is cleared.
 */
export async function readBatch(
  { store, name, clock }: HoldDependencies,
  hold: Hold,
): Promise<readonly DueDelivery[]> {
  const { alone, suspect, probe } = hold;
  if (alone <= 1 || suspect === undefined) {
    if (hold.pauses === 0 && probe?.otherLanded !== true)
      return readDue(store, name, batchLimit(hold), clock());
    return chooseProbe(hold, await readDue(store, name, probeChoices(hold), clock()));
  }
  const due = await readDue(store, name, 2, clock());
  const other = due.find(({ call }) => call.id !== suspect.callId) ?? due[0];
  return other === undefined ? [] : [other];
}

/** What to note before a delivery is tried alone: `ends` as it will be, should this process end of it too. */
export function suspectOf({ alone, suspect }: Hold, [callId]: readonly string[]): Suspect | undefined {
  if (alone === 0 || callId === undefined) return undefined;
  return { callId, ends: (suspect?.callId === callId ? suspect.ends : 0) + 1 };
}

export function isPoison({ ends }: Suspect): boolean {
  return ends > endsAloneMax;
}

/** After a batch was settled: one fewer is to go alone, but the last of them is the one that was in hand at the end. */
export function countAlone(hold: Hold, callIds: readonly string[]): void {
  if (hold.alone === 0) return;
  if (hold.suspect !== undefined && callIds.includes(hold.suspect.callId)) hold.suspect = undefined;
  if (hold.alone > 1 || hold.suspect === undefined) hold.alone -= 1;
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
