import type { Delivery } from '../../contract/delivery.ts';
import { delivered, held, rejected, retry, skipped, type Outcome } from '../../contract/outcome.ts';
import { cutText } from '../../domain/cut-text.ts';
import { isFinalStage, liveEndsAfterMs } from '../../domain/stage.ts';
import { lateMatchAfterMs } from '../late-match.ts';
import { whySkipped } from '../unmatched.ts';
import type { Fields, FieldValue, Person } from './activity.ts';
import type { Crm, RowResult } from './crm.ts';
import { isRevisitOrReplay, fingerprintOf, type Landing, type Run } from './landing.ts';
import { asJson, readTrace, type Dropped, type WrittenFields } from './trace.ts';

/** A landing that the CRM confirmed. */
export interface Landed {
  readonly id: string | undefined;
  readonly effect: 'created' | 'updated' | 'unchanged';
  readonly how?: string;
  /** The values that were written now, or already there. */
  readonly written: Fields;
  /** The fields that this landing wrote. Absent: all of `written`. */
  readonly changed?: Fields;
  /** What the CRM showed before, where it was read. */
  readonly shown?: Fields | undefined;
  /** Values that were not written, in addition to those that the landing dropped. */
  readonly dropped?: Dropped;
}

/** Settles a delivery as landed, with its trace and the time of its next revisit. */
export function settleLanded({ crm, outcomes }: Run, landing: Landing, landed: Landed): void {
  const { delivery, last, person, owner, notes } = landing;
  const written = Object.fromEntries(
    Object.entries(landed.written).map(([name, value]) => [name, fingerprintOf(crm, value)]),
  );
  // A field that was dropped before stays dropped, unless it was written now.
  const dropped = { ...last?.dropped, ...landing.dropped, ...landed.dropped };
  const trace = asJson({
    how: landed.how ?? landed.effect,
    person,
    owner:
      owner.id === undefined && last !== undefined && last.owner.id !== undefined
        ? lastOwner(last.owner)
        : owner,
    written: { ...last?.written, ...written },
    dropped: Object.fromEntries(Object.entries(dropped).filter(([name]) => !(name in written))),
    fields: { ...last?.fields, ...writtenFields(landing, landed) },
    link: landed.id === undefined ? undefined : crm.linkTo?.(undefined, landed.id),
    notes,
  });
  const { id: remoteId, effect } = landed;
  const revisitAfterMs = revisitDelayMs(crm, landing);
  outcomes.set(delivery.id, delivered(delivery.id, { remoteId, effect, trace, revisitAfterMs }));
}

// A trace explains a landing. It does not copy the whole record.
const shownValueMax = 200;

function writtenFields({ last }: Landing, { changed, written, shown }: Landed): WrittenFields {
  const text = (value: FieldValue): string => cutText(String(value ?? ''), shownValueMax);
  return Object.fromEntries(
    Object.entries(changed ?? written).map(([name, value]) => {
      const before = shown?.[name] === undefined ? last?.fields[name]?.after : text(shown[name]);
      return [name, { ...(before !== undefined && { before }), after: text(value) }];
    }),
  );
}

function lastOwner({ rule, id, place, why }: NonNullable<Landing['last']>['owner']): Landing['owner'] {
  return {
    rule,
    ...(id !== undefined && { id }),
    ...(place !== undefined && { place }),
    ...(why !== undefined && { why }),
  };
}

/** Settles a delivery whose row was not written. */
export function settleRefused(
  { outcomes }: Run,
  { delivery: { id } }: Landing,
  result: Extract<RowResult, { kind: 'later' | 'refused' }>,
): void {
  const { code, reason } = result;
  outcomes.set(
    id,
    result.kind === 'later'
      ? retry(id, code, reason, result.delayMs)
      : rejected(id, code, reason, result.remedy),
  );
}

const isDeletedRule = (rule: string): boolean => rule.includes('it is not made again');

export function settleDeleted({ crm, outcomes }: Run, { delivery: { id } }: Landing, rule?: string): void {
  const why = rule ?? `Somebody deleted the activity in ${crm.name}`;
  outcomes.set(id, skipped(id, `${why}; it is not made again.`));
}

/** True for a result from the CRM itself. It counts even when the rest of the batch fails. */
export function isFromCrm(outcome: Outcome): boolean {
  switch (outcome.kind) {
    case 'delivered':
      return outcome.effect !== 'unchanged';
    case 'skipped':
      return isDeletedRule(outcome.rule);
    case 'rejected':
      return true;
    case 'retry':
      return false;
  }
}

// How long a skipped search is postponed, and how long after the last push revisits continue.
const savedSearchAfterMs = 3_600_000;
const revisitsForMs = 86_400_000;

/** When to look again: for a person who was not found, or for the end of a call that is still open. */
function revisitDelayMs(crm: Crm, { delivery, person: { state } }: Landing): number | undefined {
  const { call } = delivery;
  const nowMs = crm.tools.clock();
  const savedSearchMs = isGivenUp(delivery, nowMs) ? undefined : savedSearchAfterMs;
  const times = [
    state === 'nobody' ? lateMatchAfterMs(call, nowMs) : undefined,
    state === 'not searched' ? (lateMatchAfterMs(call, nowMs) ?? savedSearchMs) : undefined,
    !delivery.isOver && crm.isLive ? Math.max(call.last_received_at + liveEndsAfterMs - nowMs, 0) : undefined,
  ].filter((time) => time !== undefined);
  return times.length === 0 ? undefined : Math.min(...times);
}

function isGivenUp(delivery: Delivery, nowMs: number): boolean {
  return isRevisitOrReplay(delivery) && nowMs - delivery.call.last_received_at >= revisitsForMs;
}

const savedForMs = 15 * 60_000;
const heldForMs = 60_000;

/** Skips a new call without a person where the settings say so. */
export function skipOutcome(crm: Crm, delivery: Delivery, { state }: Person): Outcome | undefined {
  const { id, call, remoteId, landedRevision } = delivery;
  if (remoteId !== undefined || landedRevision !== undefined) return undefined;
  const { policy } = crm.unmatched;
  if (state === 'not searched')
    return policy === 'skip'
      ? held(id, 'api_budget', 'The search for the person was postponed, to save requests.', savedForMs)
      : undefined;
  const skip = whySkipped(state, call, policy, crm.tools.clock());
  return skip && skipped(id, `${skip.reason} (${crm.settingPrefix}_UNMATCHED=skip).`, skip.revisitAfterMs);
}

/** The outcome of a delivery that needs no request. Undefined: it needs one. */
export function outcomeWithoutRequest(crm: Crm, delivery: Delivery): Outcome | undefined {
  const { id, call, remoteId, isOver } = delivery;
  const nowMs = crm.tools.clock();
  const shown = (revisitAfterMs?: number): Outcome =>
    delivered(id, { effect: 'unchanged', remoteId, revisitAfterMs });
  const isRevisit = isRevisitOrReplay(delivery);
  if (!crm.isUpdatedWhileOpen && !isOver && remoteId !== undefined && !isRevisit) {
    const endsInMs = call.last_received_at + liveEndsAfterMs - nowMs;
    const isFound = readTrace(delivery.landedTrace)?.person.state === 'found';
    return shown(Math.min(endsInMs, (isFound ? undefined : lateMatchAfterMs(call, nowMs)) ?? Infinity));
  }
  if (crm.budget() === 'free') return undefined;
  // Closing an activity for good does not count as a revisit.
  const isClosing = isOver && !isFinalStage(call.stage);
  if (isRevisit && remoteId !== undefined && !isClosing)
    return shown(isGivenUp(delivery, nowMs) ? undefined : 4 * savedForMs);
  return isOver
    ? undefined
    : held(id, 'api_budget', 'Requests are kept for calls that have ended.', heldForMs);
}
