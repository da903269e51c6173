import { countUnmappedPlaces, delivered, retry, skipped, type Delivery, type Outcome } from '#contract';
import { createCalls } from './create-calls.ts';
import { mapCall } from './mapping.ts';
import { findPeople } from './match.ts';
import { pauseFor } from './pause.ts';
import { takenBy } from './portal.ts';
import { ownerProperty } from './properties.ts';
import { recoverCalls } from './recover-calls.ts';
import type { Landing, Parts, Run } from './run.ts';
import { readTrace, type Whom } from './trace.ts';
import { updateCalls } from './update-calls.ts';

/** Lands a batch: finds whom each call is about, then makes the new ones and brings the others up to date. */
export async function deliver(
  parts: Parts,
  batch: readonly Delivery[],
  signal: AbortSignal,
): Promise<readonly Outcome[]> {
  if (batch.length === 0) return [];
  const outcomes = new Map<string, Outcome>();
  try {
    const form = await parts.portal.callForm(signal);
    await parts.owners.refresh(signal);
    await landAll({ ...parts, signal, form, outcomes }, batch);
  } catch (error) {
    const pause = pauseFor(error);
    const hasWritten = [...outcomes.values()].some(
      (outcome) => outcome.kind === 'delivered' && outcome.effect !== 'unchanged',
    );
    // What landed before HubSpot went away is told; the rest waits, and the next request says why.
    if (pause === undefined || !hasWritten) throw pause ?? error;
    const waitMs = 'retryAfterMs' in pause ? pause.retryAfterMs : undefined;
    for (const { id } of batch)
      if (!outcomes.has(id)) outcomes.set(id, retry(id, 'hubspot_away', pause.message, waitMs));
  }
  return [...outcomes.values()];
}

async function landAll(run: Run, batch: readonly Delivery[]): Promise<void> {
  const current = batch.filter((delivery) => {
    const { id, revision, landedRevision, remoteId } = delivery;
    const isOlder = landedRevision !== undefined && revision < landedRevision;
    if (isOlder) run.outcomes.set(id, delivered(id, { remoteId, effect: 'unchanged' }));
    return !isOlder;
  });
  const people = await findPeople(run, current);
  const landings = current.flatMap((delivery) => {
    const whom = people.get(delivery.id);
    if (whom === undefined) return [];
    if (!('skip' in whom)) return [landingOf(run, delivery, whom)];
    run.outcomes.set(delivery.id, skipped(delivery.id, whom.skip));
    return [];
  });
  await countUnmapped(run, landings);
  await updateCalls(
    run,
    landings.flatMap((landing) => {
      const { remoteId } = landing.delivery;
      const mayLackPeople = landing.last?.whom.isMiss === true && !landing.whom.isMiss;
      return remoteId === undefined ? [] : [{ ...landing, remoteId, mayLackPeople }];
    }),
  );
  const unknown = landings.filter(({ delivery }) => delivery.remoteId === undefined);
  const isTried = ({ delivery }: Landing): boolean =>
    delivery.attempt > 1 || delivery.landedRevision !== undefined;
  await recoverCalls(run, unknown.filter(isTried));
  const fresh = unknown.filter((landing) => !isTried(landing));
  await createCalls(run, fresh, (landings) => recoverCalls(run, landings));
}

function landingOf({ config, form, owners }: Run, delivery: Delivery, whom: Whom): Landing {
  const owner = owners.choose(delivery.call, whom.contactOwnerId);
  const mapped = mapCall(delivery, config.HUBSPOT_FIELDS, form.choices);
  const all = owner.id === undefined ? mapped : { ...mapped, [ownerProperty]: owner.id };
  const { taken, dropped } = takenBy(form, all);
  return { delivery, last: readTrace(delivery.landedTrace), whom, owner, properties: taken, dropped };
}

/** Each call once, when it lands first. */
async function countUnmapped({ tools }: Run, landings: readonly Landing[]): Promise<void> {
  const places = landings.flatMap(({ delivery, owner }) =>
    delivery.landedRevision === undefined && delivery.attempt === 1 ? (owner.unmapped ?? []) : [],
  );
  await countUnmappedPlaces(tools.ledger, places);
}
