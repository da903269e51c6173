import type { Delivery } from '../contract/delivery.ts';
import type { Call } from '../domain/call.ts';
import { whyNotCreated, type CreateRule } from './create-rule.ts';
import { lateMatchAfterMs } from './late-match.ts';

/** What to do with a call that matches no person in the destination. */
export const unmatchedPolicies = ['log', 'skip', 'create'] as const;

/**
 * `log`: land it without a person. `skip`: do not land it. `create`: make a lead or contact for the number when nobody
 * has it, and land every other unmatched call without a person.
 */
export type UnmatchedPolicy = (typeof unmatchedPolicies)[number];

/**
 * Whether a call has its person or company. `found`: it has. `nobody`: nobody has the number yet. `several`: several
 * have it, and none was chosen. `unsearchable`: the number cannot be searched. A call keeps a person that was found. In
 * any other state it is matched again at its next landing.
 */
export type PersonState = 'found' | 'nobody' | 'several' | 'unsearchable';

/** The operator's settings for unmatched calls. */
export interface UnmatchedRule {
  readonly policy: UnmatchedPolicy;
  /** Which calls get a new record, under `create`. */
  readonly create: CreateRule;
}

/** The parts of a delivery that this file needs. */
interface Unmatched {
  readonly call: Pick<Call, 'status' | 'duration_seconds'>;
  readonly visit: Delivery['visit'];
}

/**
 * True when a call must be searched although the ledger holds a miss. A revisit looks for a new person. Under `create`,
 * somebody may have entered the person since the miss.
 * Why: docs/decisions/peoples-work.md
 */
export function isSearchedAgain({ call, visit }: Unmatched, { policy, create }: UnmatchedRule): boolean {
  if (visit === 'revisit' || visit === 'replay') return true;
  return policy === 'create' && whyNotCreated(call, create) === undefined;
}

const skipReasons: Readonly<Record<Exclude<PersonState, 'found'>, string>> = {
  nobody: 'Nobody has the number',
  several: 'Several people have the number, and none was chosen',
  unsearchable: 'The number cannot be searched',
};

/**
 * Why a new call without a person is skipped. Undefined: the call lands.
 * @param nowMs epoch milliseconds
 * @returns the reason; `revisitAfterMs` is set while somebody may still enter the person, or while the search may not
 * find the person yet
 */
export function whySkipped(
  state: PersonState,
  call: Pick<Call, 'last_received_at'>,
  policy: UnmatchedPolicy,
  nowMs: number,
): { readonly reason: string; readonly revisitAfterMs: number | undefined } | undefined {
  if (policy !== 'skip' || state === 'found') return undefined;
  const revisitAfterMs = state === 'nobody' ? lateMatchAfterMs(call, nowMs) : undefined;
  return { reason: skipReasons[state], revisitAfterMs };
}
