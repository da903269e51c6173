import type { Delivery } from '../../contract/delivery.ts';
import { retry, type Outcome } from '../../contract/outcome.ts';
import { countUnmappedPlaces, isPlaceCounted } from '../unmapped-places.ts';
import type { KnownActivity } from './changes.ts';
import { createActivities, lookUp } from './create.ts';
import type { Crm, MadePerson } from './crm.ts';
import { findPeople, makePeople, whyNotMade } from './find-people.ts';
import { landingOf, withPerson, type Landing, type Run } from './landing.ts';
import { isFromCrm, outcomeWithoutRequest, skipOutcome } from './outcomes.ts';
import { notInTable } from './owners.ts';
import { readActivities, updateActivities } from './update.ts';

// Search results lag behind writes, so an activity that may have been made is looked up only after this time.
export const indexLagMs = 60_000;

/**
 * Lands a batch of calls as activities in a CRM: finds the person of each call, makes the missing activities and
 * updates the others.
 * Why: docs/decisions/adapter-contract.md
 */
export async function landBatch(
  crm: Crm,
  batch: readonly Delivery[],
  signal: AbortSignal,
): Promise<readonly Outcome[]> {
  const outcomes = new Map<string, Outcome>();
  const run: Run = {
    crm,
    signal,
    outcomes,
    sent: new Set(),
    searchedAgain: new Set(),
    refusedNow: new Map(),
  };
  try {
    const due = batch.filter((delivery) => {
      const outcome = outcomeWithoutRequest(crm, delivery);
      if (outcome !== undefined) outcomes.set(delivery.id, outcome);
      return outcome === undefined;
    });
    if (due.length > 0) await landAll(run, due);
  } catch (error) {
    endBroken(run, batch, error);
  }
  return [...outcomes.values()];
}

async function landAll(run: Run, due: readonly Delivery[]): Promise<void> {
  const { crm, signal, outcomes } = run;
  await crm.prepare(due, signal);
  const people = await findPeople(run, due);
  await crm.owners.prepare(
    due.map(({ call }) => call),
    signal,
  );
  const landings = due.flatMap((delivery): Landing[] => {
    const person = people.get(delivery.id);
    if (person === undefined) return [];
    const skip = skipOutcome(crm, delivery, person);
    if (skip === undefined) return [landingOf(run, delivery, person, [])];
    outcomes.set(delivery.id, skip);
    return [];
  });
  await countPlaces(crm, landings);
  const activities = await readActivities(
    run,
    landings.flatMap((landing) => knownActivity(crm, landing)),
  );
  const unlinked = activities.filter(({ shown }) => shown?.isLinked !== true);
  const newLandings = landings.filter(({ delivery }) => delivery.remoteId === undefined);
  const made = await makePeople(run, [...newLandings, ...unlinked.map(({ landing }) => landing)]);
  const toCreate = newLandings.flatMap((landing) => landingWithMade(run, landing, made) ?? []);
  const doubtful = crm.keyFinds === 'lookup' ? toCreate.filter((landing) => !isFresh(crm, landing)) : [];
  const lookedUp = await lookUp(run, doubtful);
  const existing = await createActivities(
    run,
    toCreate.filter((landing) => !doubtful.includes(landing)),
  );
  await updateActivities(run, [
    ...activities.flatMap((activity) => withMadePerson(run, activity, unlinked.includes(activity), made)),
    ...lookedUp,
    ...existing,
  ]);
}

function knownActivity({ unmatched }: Crm, landing: Landing): KnownActivity[] {
  const { delivery, last, person } = landing;
  if (delivery.remoteId === undefined) return [];
  const wasFound = last === undefined || last.person.state === 'found';
  const isMaking = unmatched.policy === 'create' && person.state === 'nobody';
  return [
    { landing, id: delivery.remoteId, mayLackPerson: !wasFound && (person.state === 'found' || isMaking) },
  ];
}

/** A call waits this many attempts for a person that could not be made. Then it lands without one. */
const madeAttemptsMax = 4;

/** The landing with the person that was made for its number. Undefined: the call waits, and its outcome is set. */
function landingWithMade(
  { crm, outcomes }: Run,
  landing: Landing,
  made: ReadonlyMap<string, MadePerson>,
): Landing | undefined {
  const { delivery, person } = landing;
  if (person.state !== 'nobody') return landing;
  const one = made.get(person.number ?? '');
  if (one === undefined) {
    const why = crm.unmatched.policy === 'create' ? whyNotMade(crm, delivery) : undefined;
    return why === undefined
      ? landing
      : { ...landing, notes: [...landing.notes, `no person was made: ${why}`] };
  }
  if (one.later !== undefined && delivery.attempt < madeAttemptsMax) {
    outcomes.set(delivery.id, retry(delivery.id, one.later.code, one.later.reason));
    return undefined;
  }
  const noted = { ...landing, notes: [...landing.notes, one.note] };
  if (one.person === undefined) return noted;
  const { companyId, ...record } = one.person;
  return withPerson(crm, noted, { ...person, state: 'found', record, companyId });
}

function withMadePerson(
  run: Run,
  activity: KnownActivity,
  isUnlinked: boolean,
  made: ReadonlyMap<string, MadePerson>,
): KnownActivity[] {
  const landing = isUnlinked ? landingWithMade(run, activity.landing, made) : activity.landing;
  return landing === undefined ? [] : [{ ...activity, landing }];
}

// After this time, a replay, a restored store or a crash may hide an earlier attempt.
const freshForMs = 2 * 60_000;

/** True when the call cannot have landed before. A second push could hide an earlier attempt. */
function isFresh({ tools, isLive }: Crm, { delivery }: Landing): boolean {
  const { attempt, landedRevision, call } = delivery;
  const { first_received_at: firstAtMs, last_received_at: lastAtMs } = call;
  const dueAtMs = isLive ? firstAtMs : firstAtMs + (call.duration_seconds ?? 0) * 1000;
  const isSinglePush = !isLive || firstAtMs === lastAtMs;
  return (
    attempt === 1 && landedRevision === undefined && isSinglePush && tools.clock() - dueAtMs < freshForMs
  );
}

/** Counts each call once, when it is over. */
async function countPlaces(crm: Crm, landings: readonly Landing[]): Promise<void> {
  const places = landings.flatMap(({ delivery, owner: { place, why } }) => {
    const isCounted = isPlaceCounted(delivery, crm.isLive);
    return isCounted && place !== undefined && why === notInTable ? [place] : [];
  });
  await countUnmappedPlaces(crm.tools.notes, places);
}

/** Sets the outcomes of the remaining calls after an error ended the batch. Throws when no result is worth keeping. */
function endBroken({ crm, outcomes, sent }: Run, batch: readonly Delivery[], error: unknown): void {
  const { error: reported, isPause, isCounted = false, code, reason, delayMs } = crm.failureOf(error);
  const open = batch.filter(({ id }) => !outcomes.has(id));
  // Without a unique key, or after a fault of the adapter, throwing could make an activity twice.
  const mayBeMade = [...sent].some((id) => outcomes.get(id)?.kind !== 'delivered');
  const isSent = mayBeMade && (!isPause || crm.keyFinds === 'lookup');
  if (!isCounted && !isSent && ![...outcomes.values()].some(isFromCrm)) throw reported;
  if (!isPause && !isCounted) crm.tools.log.error({ error }, 'A batch failed after a part of it was settled');
  for (const { id } of open) {
    const waitMs = sent.has(id) && crm.keyFinds === 'lookup' ? Math.max(delayMs ?? 0, indexLagMs) : delayMs;
    outcomes.set(id, retry(id, code, reason, waitMs));
  }
}
