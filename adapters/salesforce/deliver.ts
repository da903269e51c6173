import {
  AdapterMisconfigured,
  delivered,
  DestinationUnavailable,
  isFinalStage,
  isPlaceCounted,
  lateMatchAfterMs,
  retry,
  skipped,
  type Delivery,
  type Outcome,
} from '#contract';
import { createTasks } from './create.ts';
import type { KnownTask } from './known-task.ts';
import { LostReply, RequestFailed, RequestRefused } from './failure.ts';
import { isGivenUp, type Landing } from './landing.ts';
import { isIncomplete, liveEndsAfterMs } from './mapping.ts';
import type { Outcomes, Parts } from './parts.ts';
import { whyNoLead, type Link } from './people.ts';
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
    const isUnanswered = batch.length === 1 && hasWritten && isLate(error, signal);
    const later = isUnanswered
      ? unanswered
      : isStop(error)
        ? stopLater(error, outcomes)
        : failureLater(parts, error, hasWritten);
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

/**
 * One Task alone may be what Salesforce never answers to: it is counted as tried and makes room for others, where a
 * pause would begin with it again.
 */
const unanswered: Later = {
  code: 'no_answer',
  reason: 'Salesforce did not answer to this Task in time; whether it is there shows at the next try.',
};

function isLate(error: unknown, signal: AbortSignal): boolean {
  if (!(error instanceof DestinationUnavailable)) return false;
  return signal.aborted || (error.cause instanceof LostReply && error.cause.isLate);
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
  const { owners, config } = parts;
  const found = await findLinks(parts, due, signal);
  await owners.prepare(
    due.map(({ call }) => call),
    signal,
  );
  const landings = due.flatMap((delivery): Landing[] => {
    const link = found.get(delivery.id);
    if (link === undefined) return [];
    const isSkipped = config.SALESFORCE_UNMATCHED === 'skip' && delivery.remoteId === undefined;
    if (isSkipped && link.state === 'not searched') {
      outcomes.set(
        delivery.id,
        retry(delivery.id, 'api_budget', 'Nobody was searched, to save requests.', savedForMs),
      );
      return [];
    }
    if (isSkipped && link.state !== 'found') {
      outcomes.set(delivery.id, skipped(delivery.id, skipRule(link)));
      return [];
    }
    const owner = owners.find(delivery.call, link.ownerId);
    return [{ delivery, link, owner, dropped: unusableNow(parts), notes: [] }];
  });
  const isNew = ({ delivery }: Landing): boolean => delivery.remoteId === undefined;
  const isCounted = ({ delivery }: Landing): boolean =>
    isPlaceCounted(delivery, {
      isOver: isOver(parts, delivery),
      isLive: config.SALESFORCE_LOG === 'live',
    });
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
  const { id, call, remoteId, revision, landedRevision } = delivery;
  const nowMs = tools.clock();
  // Whatever comes late, an older revision never replaces a newer one.
  if (landedRevision !== undefined && landedRevision > revision)
    return delivered(id, { effect: 'unchanged', remoteId });
  const over = isOver(parts, delivery);
  const isRevisit = landedRevision === revision;
  const shown = (revisitAfterMs: number | undefined): Outcome =>
    delivered(id, { effect: 'unchanged', remoteId, revisitAfterMs });
  // Between its first sight and its end a call is shown as it was: one update, at the end.
  if (!over && remoteId !== undefined && !isRevisit) {
    const endsInMs = call.last_received_at + liveEndsAfterMs - nowMs;
    const lateMatch = readTrace(delivery.landedTrace)?.link ? undefined : lateMatchAfterMs(call, nowMs);
    return shown(Math.min(endsInMs, lateMatch ?? Infinity));
  }
  if (budget.now() === 'free') return undefined;
  // To close a Task for good is no late look.
  const isClosing = over && !isFinalStage(call.stage);
  if (isRevisit && remoteId !== undefined && !isClosing)
    return shown(isGivenUp(delivery, nowMs) ? undefined : 4 * savedForMs);
  // It is due again soon, so that its end is not kept waiting.
  if (!over) return retry(id, 'api_budget', 'Requests are kept for calls that have ended.', heldBackForMs);
  return undefined;
}

/** True when nothing more is expected of the call. */
function isOver({ config, tools }: Parts, delivery: Delivery): boolean {
  return isFinalStage(delivery.call.stage) || isIncomplete(delivery, config, tools.clock());
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
  return new Map([...kept, ...(await people.find(rest, isSearched, isRevisit, signal))]);
}

function linkedBefore(record: { object: string; id: string }, match: Link['trace']): Link {
  return { record, fields: {}, ownerId: undefined, number: undefined, state: 'found', trace: match };
}

function skipRule({ state, trace }: Link): string {
  if (state === 'nobody') return 'Nobody in Salesforce has this number (SALESFORCE_UNMATCHED=skip).';
  if (state === 'several')
    return 'Several people have this number, and none was chosen (SALESFORCE_UNMATCHED=skip).';
  const { rule } = trace as { rule?: string };
  return `The number cannot be searched: ${rule ?? 'unreadable'} (SALESFORCE_UNMATCHED=skip).`;
}
