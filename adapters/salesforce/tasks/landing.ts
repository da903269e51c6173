import { delivered, type Delivery, type Outcome } from '#contract';
import { lateMatchAfterMs, liveEndsAfterMs } from '#crm';
import type { SalesforceConfig } from '../config.ts';
import { cutToFit } from './field-lengths.ts';
import { mapTask } from '../mapping.ts';
import type { TaskOwner } from '../people/owner.ts';
import type { Parts } from './parts.ts';
import type { Link } from '../people/people.ts';
import type { Fields } from './task-fields.ts';
import { fingerprints, readTrace, type LandedTrace } from './trace.ts';

/** A delivery on its way: what its Task is to hold, and why. */
export interface Landing {
  readonly delivery: Delivery;
  readonly link: Link;
  readonly owner: TaskOwner;
  /** Fields that Salesforce refused and that are left out, with its code. */
  readonly dropped: Readonly<Record<string, string>>;
  readonly notes: readonly string[];
}

/** A Task that is there, and whose content may differ from what it is to be. */
export interface KnownTask {
  readonly landing: Landing;
  /** Undefined: Salesforce says that it is there, and not where. */
  readonly taskId: string | undefined;
  /** True when only a refused duplicate speaks for it: it may be something else. */
  readonly isDuplicate: boolean;
}

/** What a landing's Task is to hold. */
export function taskOf(parts: Parts, { delivery, link, owner, dropped }: Landing): Fields {
  const { config } = parts;
  const task: Fields = {
    ...cutToFit(parts, mapTask(delivery, config)),
    ...link.fields,
    // Whom the table names may have been refused: the owner was decided with that in mind.
    OwnerId: owner.id ?? null,
  };
  return Object.fromEntries(
    Object.entries(task).filter(([name, value]) => value !== null && !(name in dropped)),
  );
}

/** A landing that goes on without some fields. Without its link, it is looked for again later. */
export function without(landing: Landing, fields: readonly string[], code: string): Landing {
  const dropped = { ...landing.dropped, ...Object.fromEntries(fields.map((name) => [name, code])) };
  const isUnlinked = fields.some((name) => name in landing.link.fields);
  return {
    ...landing,
    dropped,
    link: isUnlinked
      ? { ...landing.link, record: undefined, fields: {}, ownerId: undefined, state: 'nobody' }
      : landing.link,
  };
}

/** The outcome of a landing that Salesforce shows now. */
export function landed(
  landing: Landing,
  details: {
    readonly taskId: string | undefined;
    readonly effect: 'created' | 'updated' | 'unchanged';
    /** What was written now, or found as it should be. */
    readonly wrote: Fields;
  },
  config: SalesforceConfig,
  nowMs: number,
): Outcome {
  const { delivery, link, owner, dropped, notes } = landing;
  const before = readTrace(delivery.landedTrace);
  const linkField = Object.keys(link.fields)[0];
  const isLinked = linkField !== undefined && linkField in details.wrote;
  const trace: LandedTrace = {
    match: link.state === 'not searched' ? (before?.match ?? link.trace) : link.trace,
    link:
      isLinked && link.record ? { object: link.record.object, id: link.record.id } : (before?.link ?? null),
    owner: owner.id === undefined ? (before?.owner ?? owner) : owner,
    wrote: { ...before?.wrote, ...fingerprints(details.wrote) },
    ...(Object.keys(dropped).length > 0 && { dropped: { ...dropped } }),
    ...(notes.length > 0 && { notes: [...notes] }),
  };
  return delivered(delivery.id, {
    remoteId: details.taskId ?? delivery.remoteId,
    effect: details.effect,
    trace,
    revisitAfterMs: revisitAfterMs(landing, config, nowMs),
  });
}

/** When to look again: for a person who was not found, or for the end of a call that is shown as in progress. */
function revisitAfterMs(
  { delivery, link }: Landing,
  config: SalesforceConfig,
  nowMs: number,
): number | undefined {
  const { call } = delivery;
  const savedSearchMs = isGivenUp(delivery, nowMs) ? undefined : savedSearchAfterMs;
  const times = [
    link.state === 'nobody' ? lateMatchAfterMs(call, nowMs) : undefined,
    link.state === 'not searched' ? (lateMatchAfterMs(call, nowMs) ?? savedSearchMs) : undefined,
    !delivery.isOver && config.SALESFORCE_LOG === 'live'
      ? Math.max(call.last_received_at + liveEndsAfterMs - nowMs, 0)
      : undefined,
  ].filter((time) => time !== undefined);
  return times.length === 0 ? undefined : Math.min(...times);
}

/** When a search that was saved is made up for. */
const savedSearchAfterMs = 3_600_000;

const looksForMs = 86_400_000;

/** True of a look at a call that is older than a day: what was saved then is not put off once more. */
export function isGivenUp({ call, visit }: Delivery, nowMs: number): boolean {
  return (visit === 'revisit' || visit === 'replay') && nowMs - call.last_received_at >= looksForMs;
}
