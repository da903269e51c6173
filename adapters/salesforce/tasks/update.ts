import { type Outcome } from '#contract';
import { isOursToChange } from '#crm';
import type { Row } from '../client.ts';
import { landed, taskOf, type KnownTask, type Landing } from './landing.ts';
import { unclearDuplicate } from './duplicate.ts';
import { cutToFit } from './field-lengths.ts';
import { linkToLeads } from '../leads/lead-landings.ts';
import { isWorthLead } from '../leads/lead.ts';
import { outcomeFields } from '../mapping.ts';
import type { Outcomes, Parts } from './parts.ts';
import { readTasks } from './read-tasks.ts';
import { keyField, type Fields, type FieldValue } from './task-fields.ts';
import { fingerprints, plainText, readTrace } from './trace.ts';
import { writeTasks } from './write-tasks.ts';
import { refusedOutcome, type Written } from './written.ts';

/** What a Task is made with, and never changed. */
const createOnly: ReadonlySet<string> = new Set([
  keyField,
  'CallObject',
  'TaskSubtype',
  'Priority',
  'CallType',
]);
const links = ['WhoId', 'WhatId'];
const deletedNote = 'somebody deleted it in Salesforce, and it stays so';

/** What is to be written over a Task, and what is there already as it should be. */
interface Change {
  readonly taskId: string;
  readonly fields: Fields;
  readonly inPlace: Fields;
}

/**
 * Brings Tasks that are there up to date. How the call went is written in any case; subject, description, owner and
 * links only while they are empty or what the kit wrote last, which one query for all tells.
 */
export async function updateTasks(
  parts: Parts,
  known: readonly KnownTask[],
  outcomes: Outcomes,
  signal: AbortSignal,
): Promise<void> {
  const { config, tools } = parts;
  const rows = await readTasks(
    parts,
    known.filter((task) => isReadFirst(parts, task)),
    signal,
  );
  const ours = known.filter((task) => {
    const { id } = task.landing.delivery;
    const outcome = unclearDuplicate(parts, task, rows.get(id));
    if (outcome !== undefined) outcomes.set(id, outcome);
    return outcome === undefined;
  });
  const linked = await linkToLeads(
    parts,
    ours,
    ({ delivery }) => {
      const row = rows.get(delivery.id);
      return row !== undefined && isUnlinked(row);
    },
    signal,
  );
  const changes = new Map<string, Change>();
  for (const { landing, taskId } of linked) {
    const change = changeOf(parts, landing, taskId ?? '', rows.get(landing.delivery.id));
    const { id } = landing.delivery;
    if (Object.keys(change.fields).length === 0) {
      const details = { taskId: change.taskId, effect: 'unchanged', wrote: change.inPlace } as const;
      outcomes.set(id, landed(landing, details, config, tools.clock()));
    } else changes.set(id, change);
  }
  const due = linked.flatMap(({ landing }) => (changes.has(landing.delivery.id) ? [landing] : []));
  const bodyOf = ({ delivery, owner, dropped }: Landing): Fields => {
    const change = changes.get(delivery.id);
    const kept = Object.entries(change?.fields ?? {})
      .map(([name, value]) => [name, name === 'OwnerId' ? (owner.id ?? value) : value] as const)
      .filter(([name]) => !(name in dropped));
    return { id: change?.taskId ?? '', ...cutToFit(parts, Object.fromEntries(kept)) };
  };
  const settle = (landing: Landing, written: Written): void => {
    const change = changes.get(landing.delivery.id);
    outcomes.set(landing.delivery.id, updatedOutcome(parts, landing, written, change));
  };
  await writeTasks(parts, 'update', due, bodyOf, settle, signal);
}

function updatedOutcome(
  { config, tools }: Parts,
  landing: Landing,
  written: Written,
  change: Change | undefined,
): Outcome {
  const taskId = change?.taskId;
  switch (written.kind) {
    case 'saved': {
      const sent = Object.entries(written.body).filter(([name]) => name !== 'id');
      const wrote = { ...change?.inPlace, ...Object.fromEntries(sent) };
      return landed(landing, { taskId, effect: 'updated', wrote }, config, tools.clock());
    }
    case 'gone': {
      if (!written.isCertain)
        tools.log.warn({ taskId }, 'A Task is not there any more, or the integration user may not see it');
      const note = written.isCertain
        ? deletedNote
        : 'it was deleted for good, or is hidden from the integration user';
      const notes = [...landing.notes, note];
      const details = { taskId, effect: 'unchanged', wrote: {} } as const;
      return {
        ...landed({ ...landing, notes }, details, config, tools.clock()),
        revisitAfterMs: undefined,
      } as Outcome;
    }
    default:
      return refusedOutcome(landing.delivery.id, written);
  }
}

function wantedOf(parts: Parts, landing: Landing): [string, FieldValue][] {
  return Object.entries(taskOf(parts, landing)).filter(([name]) => !createOnly.has(name));
}

/** Whether something would change that may be somebody's work. */
function isReadFirst(parts: Parts, { landing, isDuplicate }: KnownTask): boolean {
  const before = readTrace(landing.delivery.landedTrace);
  if (isDuplicate || before === undefined || isWorthLead(parts, landing)) return true;
  const outcome = outcomeFields(parts.config);
  return wantedOf(parts, landing).some(
    ([name, value]) => !outcome.has(name) && fingerprints({ [name]: value })[name] !== before.wrote[name],
  );
}

function changeOf(parts: Parts, landing: Landing, knownId: string, row: Row | undefined): Change {
  // A message of Salesforce shortens an id to 15 letters.
  const taskId = (row?.['Id'] as string | undefined) ?? knownId;
  const before = readTrace(landing.delivery.landedTrace);
  const outcome = outcomeFields(parts.config);
  // Nothing is known of what the kit wrote, and nobody has touched the Task since.
  const isUntouched =
    before === undefined && row !== undefined && row['LastModifiedDate'] === row['CreatedDate'];
  const fields: Record<string, FieldValue> = {};
  const inPlace: Record<string, FieldValue> = {};
  for (const [name, value] of wantedOf(parts, landing)) {
    const wrote = before?.wrote[name];
    if (fingerprints({ [name]: value })[name] === wrote) continue;
    const current = row?.[name] as FieldValue | undefined;
    if (row !== undefined && plainText(current) === plainText(value)) inPlace[name] = value;
    else if (outcome.has(name)) fields[name] = value;
    else if (row === undefined) continue;
    else if (links.includes(name)) {
      if (isUnlinked(row)) fields[name] = value;
    } else if (
      isUntouched ||
      isOursToChange(plainText(current), wrote) ||
      (name === 'OwnerId' && wrote === undefined && isIntegrationUser(parts, current))
    )
      fields[name] = value;
  }
  return { taskId, fields, inPlace };
}

/** What somebody has put there by hand is not added to. */
function isUnlinked(row: Row): boolean {
  return links.every((name) => isEmpty(row[name]));
}

function isIntegrationUser({ client }: Parts, id: FieldValue | undefined): boolean {
  return client.userId() !== undefined && plainText(id) === plainText(client.userId());
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}
