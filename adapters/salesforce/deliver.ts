import { delivered, held, isFinalStage, retry, skipped, type Delivery, type Outcome } from '#contract';
import { isPlaceCounted, lateMatchAfterMs, liveEndsAfterMs, whySkipped } from '#crm';
import { afterBreak, asMisconfigured } from './api/broken-off.ts';
import { createTasks } from './tasks/create.ts';
import { prepareLengths } from './tasks/field-lengths.ts';
import { findLinks } from './people/find-links.ts';
import { isGivenUp, type KnownTask, type Landing } from './tasks/landing.ts';
import type { Outcomes, Parts } from './tasks/parts.ts';
import type { Link } from './people/people.ts';
import { readTrace } from './tasks/trace.ts';
import { unusableNow } from './tasks/unusable-fields.ts';
import { updateTasks } from './tasks/update.ts';

/** When what was held back to save requests is tried again. Milliseconds. */
const savedForMs = 15 * 60_000;

const heldBackForMs = 60_000;

/** Lands a batch as Tasks: finds whose each call is, makes the Tasks that are missing, brings the others up to date. */
export async function deliver(
  parts: Parts,
  batch: readonly Delivery[],
  signal: AbortSignal,
): Promise<readonly Outcome[]> {
  const outcomes: Outcomes = new Map();
  const writesBefore = parts.client.writesSent();
  try {
    const due = batch.filter((delivery) => {
      const outcome = withoutRequest(parts, delivery);
      if (outcome !== undefined) outcomes.set(delivery.id, outcome);
      return outcome === undefined;
    });
    if (due.length > 0) await land(parts, due, outcomes, signal);
  } catch (error) {
    const hasWritten = parts.client.writesSent() > writesBefore;
    const later = afterBreak(parts, error, { outcomes, hasWritten });
    if (later === undefined) throw asMisconfigured(error);
    const { code, reason, delayMs } = later;
    for (const { id } of batch) if (!outcomes.has(id)) outcomes.set(id, retry(id, code, reason, delayMs));
  }
  return [...outcomes.values()];
}

async function land(
  parts: Parts,
  due: readonly Delivery[],
  outcomes: Outcomes,
  signal: AbortSignal,
): Promise<void> {
  const { owners, config } = parts;
  const found = await findLinks(parts, due, signal);
  await owners.prepare(
    due.map(({ call }) => call),
    signal,
  );
  await prepareLengths(parts, due, signal);
  const landings = due.flatMap((delivery): Landing[] => {
    const link = found.get(delivery.id);
    if (link === undefined) return [];
    const outcome = delivery.remoteId === undefined ? skipOf(parts, delivery, link) : undefined;
    if (outcome !== undefined) {
      outcomes.set(delivery.id, outcome);
      return [];
    }
    const owner = owners.find(delivery.call, link.ownerId);
    return [{ delivery, link, owner, dropped: unusableNow(parts), notes: [] }];
  });
  const isNew = ({ delivery }: Landing): boolean => delivery.remoteId === undefined;
  const isCounted = ({ delivery }: Landing): boolean =>
    isPlaceCounted(delivery, config.SALESFORCE_LOG === 'live');
  await owners.count(landings.filter(isCounted).map(({ owner }) => owner));
  const known = landings.flatMap((landing): KnownTask[] =>
    isNew(landing) ? [] : [{ landing, taskId: landing.delivery.remoteId, isDuplicate: false }],
  );
  const turnedOut = await createTasks(parts, landings.filter(isNew), outcomes, signal);
  await updateTasks(parts, [...known, ...turnedOut], outcomes, signal);
}

/** What can be said of a delivery without asking Salesforce. */
function withoutRequest(parts: Parts, delivery: Delivery): Outcome | undefined {
  const { budget, tools } = parts;
  const { id, call, remoteId, visit, isOver } = delivery;
  const nowMs = tools.clock();
  const isRevisit = visit === 'revisit' || visit === 'replay';
  const shown = (revisitAfterMs: number | undefined): Outcome =>
    delivered(id, { effect: 'unchanged', remoteId, revisitAfterMs });
  // Between its first sight and its end a call is shown as it was: one update, at the end.
  if (!isOver && remoteId !== undefined && !isRevisit) {
    const endsInMs = call.last_received_at + liveEndsAfterMs - nowMs;
    const lateMatch = readTrace(delivery.landedTrace)?.link ? undefined : lateMatchAfterMs(call, nowMs);
    return shown(Math.min(endsInMs, lateMatch ?? Infinity));
  }
  if (budget.now() === 'free') return undefined;
  // To close a Task for good is no late look.
  const isClosing = isOver && !isFinalStage(call.stage);
  if (isRevisit && remoteId !== undefined && !isClosing)
    return shown(isGivenUp(delivery, nowMs) ? undefined : 4 * savedForMs);
  if (!isOver) return held(id, 'api_budget', 'Requests are kept for calls that have ended.', heldBackForMs);
  return undefined;
}

/** What becomes of a call without a person that has no Task; undefined: it gets one. */
function skipOf({ config, tools }: Parts, { id, call }: Delivery, { state }: Link): Outcome | undefined {
  const policy = config.SALESFORCE_UNMATCHED;
  if (state === 'not searched')
    return policy === 'skip'
      ? held(id, 'api_budget', 'Nobody was searched, to save requests.', savedForMs)
      : undefined;
  const skip = whySkipped(state, call, policy, tools.clock());
  return skip && skipped(id, `${skip.reason} (SALESFORCE_UNMATCHED=skip).`, skip.revisitAfterMs);
}
