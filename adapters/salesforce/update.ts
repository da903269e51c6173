import { isOursToChange, rejected, retry, type Outcome } from '#contract';
import type { Row } from './client.ts';
import type { KnownTask } from './create.ts';
import { landed, taskOf, type Landing } from './landing.ts';
import { makeLeads } from './lead.ts';
import { outcomeFields } from './mapping.ts';
import type { Outcomes, Parts } from './parts.ts';
import { linkTo, whyNoLead } from './people.ts';
import { readTasks } from './read-tasks.ts';
import { keyField, type Fields, type FieldValue } from './task-fields.ts';
import { fingerprints, plainText, readTrace } from './trace.ts';
import { writeTasks, type Written } from './write-tasks.ts';

/** What a Task is made with, and never changed. */
const createOnly: ReadonlySet<string> = new Set([
  keyField,
  'CallObject',
  'TaskSubtype',
  'Priority',
  'CallType',
]);
const links = ['WhoId', 'WhatId'];

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
  const linked = await linkToLeads(parts, known, rows, signal);
  const changes = new Map<string, Change>();
  for (const { landing, taskId } of linked) {
    const change = changeOf(parts, landing, taskId, rows.get(landing.delivery.id));
    const { id } = landing.delivery;
    if (change === undefined) {
      const note = 'it is there already, and the integration user may not see it';
      const details = { taskId: undefined, effect: 'unchanged', wrote: {} } as const;
      outcomes.set(
        id,
        landed({ ...landing, notes: [...landing.notes, note] }, details, config, tools.clock()),
      );
    } else if (Object.keys(change.fields).length === 0) {
      const details = { taskId: change.taskId, effect: 'unchanged', wrote: change.inPlace } as const;
      outcomes.set(id, landed(landing, details, config, tools.clock()));
    } else changes.set(id, change);
  }
  const due = linked.flatMap(({ landing }) => (changes.has(landing.delivery.id) ? [landing] : []));
  const bodyOf = ({ delivery, dropped }: Landing): Fields => {
    const change = changes.get(delivery.id);
    const kept = Object.entries(change?.fields ?? {}).filter(([name]) => !(name in dropped));
    return { id: change?.taskId ?? '', ...Object.fromEntries(kept) };
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
  const { id } = landing.delivery;
  const taskId = change?.taskId;
  switch (written.kind) {
    case 'saved': {
      const sent = Object.entries(written.body).filter(([name]) => name !== 'id');
      const wrote = { ...change?.inPlace, ...Object.fromEntries(sent) };
      return landed(landing, { taskId, effect: 'updated', wrote }, config, tools.clock());
    }
    case 'gone': {
      const notes = [...landing.notes, 'somebody deleted it in Salesforce, and it stays so'];
      const details = { taskId, effect: 'unchanged', wrote: {} } as const;
      return {
        ...landed({ ...landing, notes }, details, config, tools.clock()),
        revisitAfterMs: undefined,
      } as Outcome;
    }
    case 'retry':
      return retry(id, written.code, written.reason);
    case 'reject':
      return rejected(id, written.code, written.reason, written.remedy);
    case 'duplicate':
      return rejected(
        id,
        'duplicate_value',
        'Salesforce refuses the change of a Task: another record has a value that is kept unique.',
        'Map no field to one that the org keeps unique (SALESFORCE_FIELDS).',
      );
  }
}

function wantedOf({ config, tools }: Parts, landing: Landing): [string, FieldValue][] {
  const task = taskOf(landing, config, tools.clock());
  return Object.entries(task).filter(([name]) => !createOnly.has(name));
}

/** Whether something would change that may be somebody's work. */
function isReadFirst(parts: Parts, { landing, taskId }: KnownTask): boolean {
  const before = readTrace(landing.delivery.landedTrace);
  if (taskId === undefined || before === undefined || isWorthLead(parts, landing)) return true;
  const outcome = outcomeFields(parts.config);
  return wantedOf(parts, landing).some(
    ([name, value]) => !outcome.has(name) && fingerprints({ [name]: value })[name] !== before.wrote[name],
  );
}

/** @returns undefined when the Task cannot be found */
function changeOf(
  parts: Parts,
  landing: Landing,
  knownId: string | undefined,
  row: Row | undefined,
): Change | undefined {
  // A message of Salesforce shortens an id to 15 letters.
  const taskId = (row?.['Id'] as string | undefined) ?? knownId;
  if (taskId === undefined) return undefined;
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
      if (isEmpty(current) && !isLeadBeside(name, value, row)) fields[name] = value;
    } else if (
      isUntouched ||
      isOursToChange(plainText(current), wrote) ||
      (name === 'OwnerId' && wrote === undefined && isIntegrationUser(parts, current))
    )
      fields[name] = value;
  }
  return { taskId, fields, inPlace };
}

/** A lead takes no other record beside it. */
function isLeadBeside(name: string, value: FieldValue, row: Row): boolean {
  const isLead = (id: unknown): boolean => typeof id === 'string' && id.startsWith('00Q');
  return name === 'WhatId' ? isLead(row['WhoId']) : isLead(value) && !isEmpty(row['WhatId']);
}

function isIntegrationUser({ client }: Parts, id: FieldValue | undefined): boolean {
  return client.userId() !== undefined && plainText(id) === plainText(client.userId());
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

function isWorthLead({ config, budget }: Parts, { delivery, link }: Landing): boolean {
  return link.state === 'nobody' && budget.now() !== 'final writes only' && !whyNoLead(delivery, config);
}

/** Late leads, for Tasks that nobody has linked to anything meanwhile. */
async function linkToLeads(
  parts: Parts,
  known: readonly KnownTask[],
  rows: ReadonlyMap<string, Row>,
  signal: AbortSignal,
): Promise<readonly KnownTask[]> {
  const worth = known.filter(({ landing }) => {
    const row = rows.get(landing.delivery.id);
    return (
      isWorthLead(parts, landing) && row !== undefined && isEmpty(row['WhoId']) && isEmpty(row['WhatId'])
    );
  });
  const numbers = [...new Set(worth.map(({ landing }) => landing.link.number ?? ''))];
  const answers = await makeLeads(
    parts,
    numbers.map((number) => ({ number, tasks: [] })),
    signal,
  );
  return known.map((task) => {
    const answer = worth.includes(task) ? answers.get(task.landing.link.number ?? '') : undefined;
    if (answer === undefined) return task;
    const { landing } = task;
    const link = answer.record === undefined ? landing.link : linkTo(answer.record, { ...landing.link });
    return { ...task, landing: { ...landing, link, notes: [...landing.notes, answer.note] } };
  });
}
