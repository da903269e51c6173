import { AdapterMisconfigured } from '#contract';
import type { SaveResult } from './client.ts';
import { RequestRefused, type ApiError } from './failure.ts';
import { droppableFields, itemVerdict, type ItemVerdict } from './item-verdict.ts';
import { without, type Landing } from './landing.ts';
import type { Parts } from './parts.ts';
import { keyField, type Fields } from './task-fields.ts';
import { leaveOut } from './unusable-fields.ts';

/** What became of one Task of a write. */
export type Written =
  | { readonly kind: 'saved'; readonly id: string; readonly body: Fields }
  | Exclude<ItemVerdict, { kind: 'drop' | 'stop' }>;

interface Sent {
  readonly landing: Landing;
  readonly body: Fields;
}

/** The first try, and what is left after something was dropped. */
const roundsMax = 3;

/**
 * Writes at most 200 Tasks in one request. Those that Salesforce refuses for something that they can do without are
 * sent once more without it.
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
  let due = landings;
  for (let round = 1; due.length > 0; round += 1) {
    const sent = inOrderOfLocks(due.map((landing) => ({ landing, body: bodyOf(landing) })));
    const results = await send(parts, work, sent, signal);
    const next: Landing[] = [];
    let stop: AdapterMisconfigured | undefined;
    for (const [index, { landing, body }] of sent.entries()) {
      const result = results[index];
      if (result === undefined) continue;
      if (result.success) {
        settle(landing, { kind: 'saved', id: result.id, body });
        continue;
      }
      const verdict = itemVerdict(result.errors, body, parts.mapped, work);
      if (verdict.kind === 'stop') stop = verdict.error;
      else if (verdict.kind !== 'drop') settle(landing, verdict);
      else if (round < roundsMax) next.push(await letGo(parts, landing, body, verdict));
      else settle(landing, stillRefused(verdict.code));
    }
    if (stop !== undefined) throw stop;
    due = next;
  }
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
): Promise<readonly SaveResult[]> {
  const { client } = parts;
  const bodies = sent.map(({ body }) => body);
  try {
    return await (work === 'create'
      ? client.createTasks(bodies, signal)
      : client.updateTasks(bodies, signal));
  } catch (error) {
    if (!(error instanceof RequestRefused)) throw error;
    return bodies.map(() => ({ success: false, errors: [refusalOfAll(parts, error.error, bodies)] }));
  }
}

/**
 * A request that is refused as a whole for one field: the field is left out of what is sent next.
 *
 * @throws AdapterMisconfigured when it is a field that is needed, or cannot be told
 */
function refusalOfAll(parts: Parts, error: ApiError, bodies: readonly Fields[]): ApiError {
  if (error.message.includes(keyField)) throw missingKeyField(error.code);
  const fields = [...new Set(bodies.flatMap((body) => droppableFields(error, body, parts.mapped)))];
  if (fields.length === 0) {
    throw new AdapterMisconfigured(
      `Salesforce does not understand the Tasks (${error.code}).`,
      'npm run doctor compares SALESFORCE_FIELDS and the permissions with the org.',
      { cause: error },
    );
  }
  leaveOut(parts, error, fields);
  return { ...error, fields };
}

function missingKeyField(code: string): AdapterMisconfigured {
  return new AdapterMisconfigured(
    `The org has no field ${keyField} on Task that the integration user may write (${code}).`,
    'Deploy adapters/salesforce/metadata and assign its permission set (adapters/salesforce/README.md), or set SALESFORCE_KEY=callobject.',
  );
}

async function letGo(
  { owners, tools }: Parts,
  landing: Landing,
  body: Fields,
  { fields, code }: Extract<ItemVerdict, { kind: 'drop' }>,
): Promise<Landing> {
  const ownerId = body['OwnerId'];
  if (fields.includes('OwnerId') && typeof ownerId === 'string') owners.refuse(ownerId);
  const { number } = landing.link;
  // It was deleted or merged: the next call searches again.
  if (number !== undefined && fields.some((name) => name in landing.link.fields))
    await tools.ledger.forget([number]);
  return without(landing, fields, code);
}

function stillRefused(code: string): Written {
  return {
    kind: 'reject',
    code: code.toLowerCase(),
    reason: `Salesforce refuses the Task again and again (${code}), each time for another field.`,
    remedy:
      'npm run doctor compares the settings with the org; then: npm run replay -- --destination salesforce',
  };
}
