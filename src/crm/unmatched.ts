import type { Delivery } from '../contract/delivery.ts';
import type { Call } from '../domain/call.ts';
import { whyNotCreated, type CreateRule } from './create-rule.ts';
import { lateMatchAfterMs } from './late-match.ts';

/** What to do with a call that is about no person of the destination's. */
export const unmatchedPolicies = ['log', 'skip', 'create'] as const;

/**
 * `log`: land it without a person. `skip`: do not land it. `create`: make a lead or contact, keyed by the number,
 * where nobody has the number yet, and land the rest without a person.
 */
export type UnmatchedPolicy = (typeof unmatchedPolicies)[number];

/**
 * Whether a call has its person, or company: `found`; `nobody` has the number (yet); `several` have it and none was
 * chosen; `unsearchable`. One that was found once is kept from landing to landing; in any other state a call is
 * matched anew when it lands again.
 */
export type PersonState = 'found' | 'nobody' | 'several' | 'unsearchable';

/** What a business wants with calls of people whom its system does not know. */
export interface UnmatchedRule {
  readonly policy: UnmatchedPolicy;
  /** Which calls are worth a record, under `create`. */
  readonly create: CreateRule;
}

/** What this file needs to know of a delivery. */
interface Unmatched {
  readonly call: Pick<Call, 'status' | 'duration_seconds'>;
  readonly visit: Delivery['visit'];
}

/**
 * True when a miss in the ledger does not count for a call, and it is worth a search: it is looked at again for that
 * very reason, or a record would be made of it, which somebody may have typed in since the miss.
 * Why: docs/decisions/peoples-work.md
 */
export function isSearchedAnew({ call, visit }: Unmatched, { policy, create }: UnmatchedRule): boolean {
  if (visit === 'revisit' || visit === 'replay') return true;
  return policy === 'create' && whyNotCreated(call, create) === undefined;
}

const skipReasons: Readonly<Record<Exclude<PersonState, 'found'>, string>> = {
  nobody: 'Nobody has the number',
  several: 'Several people have the number, and none was chosen',
  unsearchable: 'The number cannot be searched',
};

/**
 * Why a call that has not landed yet is left out, under `skip`: it would hang on nobody.
 *
 * @param nowMs epoch milliseconds
 * @returns `revisitAfterMs`: somebody may be typing the person in just now, or search may not know him yet; undefined:
 *   it is left out for good. The whole undefined: the call lands.
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
