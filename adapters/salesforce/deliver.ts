import {
  AdapterMisconfigured,
  delivered,
  DestinationUnavailable,
  isFinalStage,
  isSearchedAnew,
  lateMatchAfterMs,
  liveEndsAfterMs,
  retry,
  skipped,
  whySkipped,
  type Delivery,
  type Outcome,
} from '#contract';
import { createTasks } from './create.ts';
import type { KnownTask } from './known-task.ts';
import { RequestFailed, RequestRefused } from './failure.ts';
import type { Landing } from './landing.ts';
import { isIncomplete } from './mapping.ts';
import type { Outcomes, Parts } from './parts.ts';
import { unmatchedRule, whyNoLead, type Link } from './people.ts';
import { readTrace } from './trace.ts';
import { unusableNow } from './unusable-fields.ts';
import { updateTasks } from './update.ts';

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
    const later = isStop(error) ? stopLater(error, outcomes) : failureLater(parts, error, hasWritten);
    if (later === undefined) throw asMisconfigured(error);
    const { code, reason, delayMs } = later;
    for (const { id } of batch) if (!outcomes.has(id)) outcomes.set(id, retry(id, code, reason, delayMs));
  }
  return [...outcomes.values()];
}

interface Later {
  readonly code: string;
  readonly reason: string;
  readonly delayMs?: number | undefined;
}

type Stop = DestinationUnavailable | AdapterMisconfigured | RequestRefused;

function isStop(error: unknown): error is Stop {
  return [DestinationUnavailable, AdapterMisconfigured, RequestRefused].some((kind) => error instanceof kind);
}

/** What was written counts, and the next batch tells the core of the pause. Undefined: nothing was, the core is told. */
function stopLater(error: Stop, outcomes: Outcomes): Later | undefined {
  const isWritten = [...outcomes.values()].some(
    (outcome) => outcome.kind === 'delivered' && outcome.effect !== 'unchanged',
  );
  if (!isWritten) return undefined;
  const delayMs = error instanceof DestinationUnavailable ? error.retryAfterMs : undefined;
  return { code: 'not_reached', reason: 'Salesforce stopped in mid-batch.', delayMs };
}

/** Undefined: the core tries the calls one by one. */
function failureLater({ tools }: Parts, error: unknown, hasWritten: boolean): Later | undefined {
  // One record may be what Salesforce stumbles over: all are counted as tried, and part in their pauses.
  if (error instanceof RequestFailed) return { code: 'unknown_exception', reason: error.message };
  if (!hasWritten) return undefined;
  // Whatever it was, Tasks may be there by now: only a further attempt looks for them.
  tools.log.error({ error }, 'A batch failed after something was written');
  return { code: 'adapter_error', reason: 'The batch failed after something was written.' };
}

/** What the org refuses to be asked, it refuses for every call. */
function asMisconfigured(error: unknown): unknown {
  if (!(error instanceof RequestRefused)) return error;
  return new AdapterMisconfigured(
    `${error.message.replace(/\.$/, '')}: an object or field that the integration user may not see.`,
    'npm run doctor names it: give the user access (adapters/salesforce/README.md), or take it out of the settings.',
    { cause: error },
  );
}

async function land(
  parts: Parts,
  due: readonly Delivery[],
  outcomes: Outcomes,
  signal: AbortSignal,
): Promise<void> {
  const { owners } = parts;
  const found = await findLinks(parts, due, signal);
  await owners.prepare(
    due.map(({ call }) => call),
    signal,
  );
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
  const isFirst = (landing: Landing): boolean => isNew(landing) && landing.delivery.attempt === 1;
  await owners.count(landings.filter(isFirst).map(({ owner }) => owner));
  const known = landings.flatMap((landing): KnownTask[] =>
    isNew(landing) ? [] : [{ landing, taskId: landing.delivery.remoteId, isDuplicate: false }],
  );
  const turnedOut = await createTasks(parts, landings.filter(isNew), outcomes, signal);
  await updateTasks(parts, [...known, ...turnedOut], outcomes, signal);
}

/** What can be said of a delivery without asking Salesforce. */
function withoutRequest({ config, budget, tools }: Parts, delivery: Delivery): Outcome | undefined {
  const { id, call, remoteId, revision, landedRevision } = delivery;
  const nowMs = tools.clock();
  // Whatever comes late, an older revision never replaces a newer one.
  if (landedRevision !== undefined && landedRevision > revision)
    return delivered(id, { effect: 'unchanged', remoteId });
  const isOver = isFinalStage(call.stage) || isIncomplete(delivery, config, nowMs);
  const isRevisit = landedRevision === revision;
  const shown = (revisitAfterMs: number): Outcome =>
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
  if (isRevisit && remoteId !== undefined && !isClosing) return shown(4 * savedForMs);
  // It is due again soon, so that its end is not kept waiting.
  if (!isOver) return retry(id, 'api_budget', 'Requests are kept for calls that have ended.', heldBackForMs);
  return undefined;
}

/** Where calls belong. One that was linked before stays where it is. */
async function findLinks(
  { people, budget, config }: Parts,
  due: readonly Delivery[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Link>> {
  const kept = new Map(
    due.flatMap((delivery) => {
      const before = delivery.remoteId === undefined ? undefined : readTrace(delivery.landedTrace);
      return before?.link ? [[delivery.id, linkedBefore(before.link, before.match)] as const] : [];
    }),
  );
  const isRevisit = ({ landedRevision, revision }: Delivery): boolean => landedRevision === revision;
  // A new revision alone is no reason to search again: the visits of a late match do.
  const isSearched = (delivery: Delivery): boolean =>
    budget.now() !== 'final writes only' &&
    (delivery.remoteId === undefined || isRevisit(delivery) || whyNoLead(delivery, config) === undefined);
  const rest = due.filter(({ id }) => !kept.has(id));
  const isAgain = (delivery: Delivery): boolean =>
    isSearched(delivery) && isSearchedAnew(delivery, unmatchedRule(config));
  return new Map([...kept, ...(await people.find(rest, isSearched, isAgain, signal))]);
}

function linkedBefore(record: { object: string; id: string }, match: Link['trace']): Link {
  return { record, fields: {}, ownerId: undefined, number: undefined, state: 'found', trace: match };
}

/** What becomes of a call without a person that has no Task; undefined: it gets one. */
function skipOf({ config, tools }: Parts, { id, call }: Delivery, { state }: Link): Outcome | undefined {
  const policy = config.SALESFORCE_UNMATCHED;
  if (state === 'not searched')
    return policy === 'skip'
      ? retry(id, 'api_budget', 'Nobody was searched, to save requests.', savedForMs)
      : undefined;
  const skip = whySkipped(state, call, policy, tools.clock());
  return skip && skipped(id, `${skip.reason} (SALESFORCE_UNMATCHED=skip).`, skip.revisitAfterMs);
}
