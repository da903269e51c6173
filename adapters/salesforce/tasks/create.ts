import type { Outcome } from '#contract';
import { landed, taskOf, type KnownTask, type Landing } from './landing.ts';
import { createWithLeads } from '../leads/lead-landings.ts';
import { callObject } from '../mapping.ts';
import type { Outcomes, Parts } from './parts.ts';
import { pagesOf, quoted } from '../api/soql.ts';
import { writeTasks } from './write-tasks.ts';
import { refusedOutcome, type Written } from './written.ts';

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
  const known = await lookUp(parts, landings, signal);
  const absent = landings.filter((landing) => !known.some((task) => task.landing === landing));
  const settle = (landing: Landing, written: Written): void => {
    if (written.kind === 'duplicate') known.push({ landing, taskId: written.recordId, isDuplicate: true });
    else outcomes.set(landing.delivery.id, createdOutcome(parts, landing, written));
  };
  const due = await createWithLeads(parts, absent, settle, outcomes, signal);
  await writeTasks(parts, 'create', due, (landing) => taskOf(parts, landing), settle, signal);
  return known;
}

function createdOutcome(
  { config, tools }: Parts,
  landing: Landing,
  written: Exclude<Written, { kind: 'duplicate' }>,
): Outcome {
  if (written.kind !== 'saved') return refusedOutcome(landing.delivery.id, written);
  const details = { taskId: written.id, effect: 'created', wrote: written.body } as const;
  return landed(landing, details, config, tools.clock());
}

/** A call that is older may have been tried before, and the store may not know: a replay, a backup. Milliseconds. */
const freshForMs = 5 * 60_000;

/**
 * Without a unique field nothing but a look can tell whether an earlier try, whose outcome is not known, made the
 * Task. A call of the last minutes that is tried for the first time is not looked for.
 */
async function lookUp(
  { client, config, tools }: Parts,
  landings: readonly Landing[],
  signal: AbortSignal,
): Promise<KnownTask[]> {
  const doubtful = landings.filter(
    ({ delivery: { attempt, call } }) => attempt > 1 || tools.clock() - call.last_received_at >= freshForMs,
  );
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
    return taskId === undefined ? [] : [{ landing, taskId, isDuplicate: false }];
  });
}
