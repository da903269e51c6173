import { retry, type Delivery, type Outcome } from '#contract';
import { countUnmappedPlaces, isPlaceCounted } from '#crm';
import { createCalls, indexLagMs } from './calls/create-calls.ts';
import { mapCall } from './mapping.ts';
import { findPeople, skipWithoutPerson } from './people/match.ts';
import { pauseFor } from './api/pause.ts';
import { takenBy } from './api/portal.ts';
import { ownerProperty } from './check/properties.ts';
import { createRefusedValues } from './calls/refused-values.ts';
import { recoverCalls } from './calls/recover-calls.ts';
import type { Landing, Parts, Run } from './api/run.ts';
import { readTrace, type Whom } from './calls/trace.ts';
import { updateCalls } from './calls/update-calls.ts';
import { isNews } from './calls/write-changes.ts';

/** Lands a batch: finds whom each call is about, then makes the new ones and brings the others up to date. */
export async function deliver(
  parts: Parts,
  batch: readonly Delivery[],
  signal: AbortSignal,
): Promise<readonly Outcome[]> {
  if (batch.length === 0) return [];
  const outcomes = new Map<string, Outcome>();
  const sent = new Set<string>();
  try {
    const form = await parts.portal.callForm(signal);
    await parts.owners.refresh(signal);
    const memory = {
      refusedValues: createRefusedValues(form.refused),
      searchedAnew: new Set<string>(),
      refusals: { count: 0 },
    };
    await landAll({ ...parts, signal, form, outcomes, sent, ...memory }, batch);
  } catch (error) {
    const pause = pauseFor(error);
    const hasSettled = [...outcomes.values()].some(isNews);
    // Without a unique key, or after a fault of ours, a call that may have been made would be made again.
    const isSent = sent.size > 0 && (pause === undefined || parts.config.HUBSPOT_KEY === 'search');
    // What is settled before HubSpot went away is told; the rest waits, and the next request says why.
    if (!hasSettled && !isSent) throw pause ?? error;
    if (pause === undefined)
      parts.tools.log.error({ error }, 'A batch broke off after a part of it was settled');
    const code = pause === undefined ? 'broken_off' : 'hubspot_away';
    const reason = pause?.message ?? 'The batch broke off before the call was landed.';
    const waitMs = pause !== undefined && 'retryAfterMs' in pause ? pause.retryAfterMs : undefined;
    for (const { id } of batch)
      if (!outcomes.has(id))
        outcomes.set(id, retry(id, code, reason, sent.has(id) ? Math.max(waitMs ?? 0, indexLagMs) : waitMs));
  }
  return [...outcomes.values()];
}

async function landAll(run: Run, batch: readonly Delivery[]): Promise<void> {
  const { config } = run;
  const people = await findPeople(run, batch);
  const landings = batch.flatMap((delivery) => {
    const whom = people.get(delivery.id);
    if (whom === undefined || skipWithoutPerson(run, delivery, whom)) return [];
    return [landingOf(run, delivery, whom)];
  });
  await countUnmapped(run, landings);
  await updateCalls(
    run,
    landings.flatMap((landing) => {
      const { remoteId } = landing.delivery;
      const wasFound = landing.last === undefined || landing.last.whom.state === 'found';
      const mayLackPeople = !wasFound && landing.whom.state === 'found';
      return remoteId === undefined ? [] : [{ ...landing, remoteId, mayLackPeople }];
    }),
  );
  const unknown = landings.filter(({ delivery }) => delivery.remoteId === undefined);
  // A unique key refuses a second call by itself: what is there shows as a conflict.
  const mayBeThere = (landing: Landing): boolean => config.HUBSPOT_KEY === 'search' && !isFresh(run, landing);
  await recoverCalls(run, unknown.filter(mayBeThere));
  await createCalls(
    run,
    unknown.filter((landing) => !mayBeThere(landing)),
    { isKeyFree: false, resolve: (landings) => recoverCalls(run, landings) },
  );
}

// A replay, a restored store or a crash of minutes ago: an attempt may be forgotten.
const freshForMs = 2 * 60_000;

/** Nobody can have landed it yet. A further push would have made an earlier attempt forgotten. */
function isFresh({ tools, config }: Run, { delivery }: Landing): boolean {
  const { attempt, visit, call } = delivery;
  const { first_received_at: firstAtMs, last_received_at: lastAtMs } = call;
  const dueAtMs = config.HUBSPOT_LOG === 'end' ? firstAtMs + (call.duration_seconds ?? 0) * 1000 : firstAtMs;
  const isSinglePush = config.HUBSPOT_LOG === 'end' || firstAtMs === lastAtMs;
  return attempt === 1 && visit === 'first' && isSinglePush && tools.clock() - dueAtMs < freshForMs;
}

function landingOf({ config, form, owners }: Run, delivery: Delivery, whom: Whom): Landing {
  const owner = owners.choose(delivery.call, whom.contactOwnerId);
  const all = {
    // What was shown while the call went on says nothing true any longer.
    ...(delivery.isOver && { hs_call_status: '' }),
    ...mapCall(delivery, config.HUBSPOT_FIELDS, form.choices),
    ...(owner.id !== undefined && { [ownerProperty]: owner.id }),
  };
  const { taken, dropped } = takenBy(form, all);
  return { delivery, last: readTrace(delivery.landedTrace), whom, owner, properties: taken, dropped };
}

/** Each call once, when it is over. */
async function countUnmapped({ tools, config }: Run, landings: readonly Landing[]): Promise<void> {
  const isLive = config.HUBSPOT_LOG === 'live';
  const places = landings.flatMap(({ delivery, owner }) =>
    isPlaceCounted(delivery, isLive) ? (owner.unmapped ?? []) : [],
  );
  await countUnmappedPlaces(tools.ledger, places);
}
