import { AdapterMisconfigured, type AdapterTools } from '#contract';
import type { SaveResult } from '../client.ts';
import { RequestRefused, type ApiError } from '../api/failure.ts';
import { learnLengths } from './field-lengths.ts';
import {
  dispensableFields,
  fieldsNamed,
  itemVerdict,
  shutField,
  type ItemVerdict,
} from '../api/item-verdict.ts';
import { without, type Landing } from './landing.ts';
import type { Parts } from './parts.ts';
import type { Fields } from './task-fields.ts';
import { leaveOut } from './unusable-fields.ts';
import { stillRefused, tryFewerLater, type Written } from './written.ts';

interface Sent {
  readonly landing: Landing;
  readonly body: Fields;
}

/** Tasks of one write. */
interface Portion {
  readonly landings: readonly Landing[];
  readonly round: number;
  /** True of what was refused for how many there were. */
  readonly isCrowded?: boolean;
}

/** A limit may take ten seconds to strike: so long smaller writes are tried at once. Milliseconds. */
const crowdedTakesMs = 10_000;

/** One try, one without what was refused, and one without all that a Task can do without. */
const roundsMax = 3;

/**
 * Writes at most 200 Tasks, in one request where the org takes them all. Those that Salesforce refuses for something
 * that they can do without are sent once more without it; those that it refuses since a trigger or flow could not
 * take so many at once are sent in halves, down to one.
 *
 * @param bodyOf what is sent for a landing; asked again after something was dropped
 * @param settle told of each Task as soon as it is decided, before anything can throw
 * @throws as a request does, or when an error says that nothing else will work either
 */
export async function writeTasks(
  parts: Parts,
  work: 'create' | 'update',
  landings: readonly Landing[],
  bodyOf: (landing: Landing) => Fields,
  settle: (landing: Landing, written: Written) => void,
  signal: AbortSignal,
): Promise<void> {
  const { rowsPerWrite, tools } = parts;
  const untilMs = tools.clock() + crowdedTakesMs;
  const portions: Portion[] = landings.length === 0 ? [] : [{ landings, round: 1 }];
  for (let portion = portions.shift(); portion !== undefined; portion = portions.shift()) {
    const rows = rowsPerWrite.now();
    if (portion.landings.length > rows) {
      portions.unshift(...portionsOf(portion, rows));
      continue;
    }
    const { round } = portion;
    if (portion.isCrowded === true && tools.clock() >= untilMs) {
      for (const landing of portion.landings) settle(landing, tryFewerLater);
      continue;
    }
    const sent = inOrderOfLocks(portion.landings.map((landing) => ({ landing, body: bodyOf(landing) })));
    const results = await send(parts, work, sent, signal);
    if ('leftOut' in results) {
      const without = ({ landing, body }: Sent): Landing =>
        withoutAny(landing, body, results.leftOut, results.code);
      portions.unshift({ ...portion, landings: sent.map(without) });
      continue;
    }
    const next: Landing[] = [];
    const crowded: Landing[] = [];
    let stop: AdapterMisconfigured | undefined;
    for (const [index, { landing, body }] of sent.entries()) {
      const result = results[index];
      if (result === undefined) continue;
      if (result.success) {
        settle(landing, { kind: 'saved', id: result.id, body });
        continue;
      }
      if (round < roundsMax && learnLengths(parts, result.errors, body)) {
        next.push(landing);
        continue;
      }
      const verdict = itemVerdict(result.errors, body, parts.mapped, work);
      if (verdict.kind === 'stop') stop = verdict.error;
      else if (verdict.kind === 'crowded') {
        if (sent.length > 1) crowded.push(landing);
        else {
          rowsPerWrite.forget();
          settle(landing, verdict.rejection);
        }
      } else if (verdict.kind !== 'drop') settle(landing, verdict);
      else if (round === roundsMax) settle(landing, stillRefused(verdict.code));
      else {
        const last = round === roundsMax - 1 ? dispensableFields(body, parts.mapped) : [];
        next.push(await letGo(parts, landing, body, { ...verdict, fields: [...verdict.fields, ...last] }));
      }
    }
    if (stop !== undefined) throw stop;
    if (crowded.length > 0) {
      rowsPerWrite.shrinkTo(Math.ceil(sent.length / 2));
      portions.unshift({ landings: crowded, round, isCrowded: true });
    }
    if (next.length > 0) portions.unshift({ landings: next, round: round + 1 });
  }
}

function portionsOf({ landings, ...rest }: Portion, rows: number): Portion[] {
  return Array.from({ length: Math.ceil(landings.length / rows) }, (_, index) => ({
    landings: landings.slice(index * rows, (index + 1) * rows),
    ...rest,
  }));
}

/** A landing without those of the fields that it has. */
function withoutAny(landing: Landing, body: Fields, fields: readonly string[], code: string): Landing {
  const had = fields.filter((name) => name in body);
  return had.length === 0 ? landing : without(landing, had, code);
}

/** One after the other by what they lock, so that they never wait for one another in turn. */
function inOrderOfLocks(sent: readonly Sent[]): Sent[] {
  const lock = ({ body }: Sent): string => `${String(body['WhatId'] ?? '')} ${String(body['WhoId'] ?? '')}`;
  return [...sent].sort((a, b) => (lock(a) < lock(b) ? -1 : lock(a) > lock(b) ? 1 : 0));
}

async function send(
  parts: Parts,
  work: 'create' | 'update',
  sent: readonly Sent[],
  signal: AbortSignal,
): Promise<readonly SaveResult[] | { readonly leftOut: readonly string[]; readonly code: string }> {
  const { client } = parts;
  const bodies = sent.map(({ body }) => body);
  try {
    return await (work === 'create'
      ? client.createTasks(bodies, signal)
      : client.updateTasks(bodies, signal));
  } catch (error) {
    if (!(error instanceof RequestRefused)) throw error;
    return { leftOut: fieldsToLeaveOut(parts, error.error, bodies), code: error.error.code };
  }
}

/**
 * Without which fields a request that was refused as a whole is sent again.
 *
 * @throws AdapterMisconfigured when it is refused for a field that is needed, or nothing is left to leave out
 */
function fieldsToLeaveOut(parts: Parts, error: ApiError, bodies: readonly Fields[]): readonly string[] {
  const { mapped } = parts;
  const sent: Fields = Object.fromEntries(bodies.flatMap((body) => Object.entries(body)));
  const shut = shutField(error, sent);
  if (shut !== undefined) throw shut;
  const can = dispensableFields(sent, mapped);
  const named = fieldsNamed(error, sent).filter((name) => can.includes(name));
  // Of a value of the wrong type it may say no more than where it stands.
  const isUntold = named.length === 0 && error.code === 'JSON_PARSER_ERROR';
  const fields = isUntold ? can.filter((name) => mapped.has(name)) : named;
  if (fields.length === 0) {
    throw new AdapterMisconfigured(
      `Salesforce does not understand the Tasks (${error.code}).`,
      'npm run doctor compares SALESFORCE_FIELDS and the permissions with the org.',
      { cause: error },
    );
  }
  const ours = fields.filter((name) => mapped.has(name));
  if (ours.length > 0) leaveOut(parts, ours, error.code);
  return fields;
}

async function letGo(
  { owners, tools }: Parts,
  landing: Landing,
  body: Fields,
  { fields, code, isOwner }: Extract<ItemVerdict, { kind: 'drop' }>,
): Promise<Landing> {
  const ownerId = body['OwnerId'];
  if (isOwner && typeof ownerId === 'string') owners.refuse(ownerId);
  const { number } = landing.link;
  // It was deleted or merged: the next call searches again.
  if (number !== undefined && fields.some((name) => name in landing.link.fields)) await forget(tools, number);
  const owner = owners.find(landing.delivery.call, landing.link.ownerId);
  if (!isOwner || owner.id === undefined || owner.id === ownerId) return without(landing, fields, code);
  const others = fields.filter((name) => name !== 'OwnerId');
  const notes = [...landing.notes, `the owner that comes first was refused (${code})`];
  return without({ ...landing, owner, notes }, others, code);
}

/** The ledger is a help: what was written counts, whether or not it can be reached. */
async function forget({ ledger, log }: AdapterTools, number: string): Promise<void> {
  try {
    await ledger.forget([number]);
  } catch (error) {
    log.warn({ error }, 'The ledger could not forget a number; its entry ends by itself');
  }
}
