import { rejected, retry, type Outcome } from '#contract';
import type { Fields } from './task-fields.ts';
import { landed, taskOf, type Landing } from './landing.ts';
import { makeLeads, type LeadRequest } from './lead.ts';
import { callObject } from './mapping.ts';
import type { Outcomes, Parts } from './parts.ts';
import { linkTo, whyNoLead } from './people.ts';
import { pagesOf, quoted } from './soql.ts';
import { writeTasks, type Written } from './write-tasks.ts';

/** A Task that is there, and whose content may differ from what it is to be. */
export interface KnownTask {
  readonly landing: Landing;
  /** Undefined: Salesforce says that it is there, and not where. */
  readonly taskId: string | undefined;
}

/**
 * Makes the Tasks of calls that have none yet, as far as is known.
 *
 * @returns those that turned out to have one
 */
export async function createTasks(
  parts: Parts,
  landings: readonly Landing[],
  outcomes: Outcomes,
  signal: AbortSignal,
): Promise<readonly KnownTask[]> {
  const { config, tools } = parts;
  const known = await lookUp(parts, landings, signal);
  const absent = landings.filter((landing) => !known.some((task) => task.landing === landing));
  const due = await createWithLeads(parts, absent, outcomes, signal);
  const settle = (landing: Landing, written: Written): void => {
    if (written.kind === 'duplicate') known.push({ landing, taskId: written.recordId });
    else outcomes.set(landing.delivery.id, createdOutcome(parts, landing, written));
  };
  await writeTasks(parts, 'create', due, (landing) => taskOf(landing, config, tools.clock()), settle, signal);
  return known;
}

function createdOutcome(
  { config, tools }: Parts,
  landing: Landing,
  written: Exclude<Written, { kind: 'duplicate' }>,
): Outcome {
  const { id } = landing.delivery;
  switch (written.kind) {
    case 'saved': {
      const details = { taskId: written.id, effect: 'created', wrote: written.body } as const;
      return landed(landing, details, config, tools.clock());
    }
    case 'reject':
      return rejected(id, written.code, written.reason, written.remedy);
    case 'retry':
      return retry(id, written.code, written.reason);
    case 'gone':
      return retry(id, 'gone', 'Salesforce says that a new Task was deleted.');
  }
}

/**
 * Without a unique field nothing but a look can tell whether an earlier try, whose outcome is not known, made the
 * Task. What was tried for the first time is not looked for.
 */
async function lookUp(
  { client, config }: Parts,
  landings: readonly Landing[],
  signal: AbortSignal,
): Promise<KnownTask[]> {
  const doubtful = landings.filter(({ delivery }) => delivery.attempt > 1);
  if (config.SALESFORCE_KEY === 'field' || doubtful.length === 0) return [];
  const ids = new Map<unknown, string>();
  // No Task of a call is older than its first push, but for clocks that differ.
  const sinceMs = Math.min(...doubtful.map(({ delivery }) => delivery.call.first_received_at)) - 86_400_000;
  const since = new Date(sinceMs).toISOString();
  for (const page of pagesOf(doubtful.map(({ delivery }) => callObject(delivery)))) {
    const rows = await client.query(
      `SELECT Id, CallObject FROM Task WHERE CallObject IN (${page.map(quoted).join(', ')}) AND CreatedDate >= ${since}`,
      signal,
    );
    // Salesforce compares without regard to case; ids of calls differ by it.
    for (const { Id, CallObject } of rows) if (typeof Id === 'string') ids.set(CallObject, Id);
  }
  return doubtful.flatMap((landing) => {
    const taskId = ids.get(callObject(landing.delivery));
    return taskId === undefined ? [] : [{ landing, taskId }];
  });
}

/** Makes leads of unknown callers together with their Tasks. Answers what is still to be made, linked. */
async function createWithLeads(
  parts: Parts,
  landings: readonly Landing[],
  outcomes: Outcomes,
  signal: AbortSignal,
): Promise<readonly Landing[]> {
  const { config, tools } = parts;
  const worth = landings.filter(
    ({ delivery, link }) => link.state === 'nobody' && !whyNoLead(delivery, config),
  );
  if (worth.length === 0) return landings;
  const numbers = [...new Set(worth.map(({ link }) => link.number ?? ''))];
  // Of a number that is worth a lead, calls that by themselves are not belong to it too.
  const theirs = landings.filter(
    ({ link }) => link.state === 'nobody' && numbers.includes(link.number ?? ''),
  );
  const requests = numbers.map((number): LeadRequest => ({
    number,
    tasks: theirs
      .filter(({ link }) => link.number === number)
      .map(({ delivery, ...rest }) => ({
        delivery,
        fields: taskOf({ delivery, ...rest }, config, tools.clock()),
      })),
  }));
  const answers = await makeLeads(parts, requests, signal);
  return landings.flatMap((landing) => {
    const answer = theirs.includes(landing) ? answers.get(landing.link.number ?? '') : undefined;
    if (answer === undefined) return [landing];
    const { record, note, isLater, tasks } = answer;
    const { id } = landing.delivery;
    if (record === undefined && isLater) {
      outcomes.set(id, retry(id, 'lead_later', `The caller's lead could not be made now: ${note}.`));
      return [];
    }
    const linked: Landing = {
      ...landing,
      notes: [...landing.notes, note],
      ...(record && { link: linkTo(record, { ...landing.link }) }),
    };
    const result = tasks.get(id);
    if (result?.success !== true) return [linked];
    const body: Fields = taskOf(linked, config, tools.clock());
    const written: Written = { kind: 'saved', id: result.id, body };
    outcomes.set(id, createdOutcome(parts, linked, written));
    return [];
  });
}
