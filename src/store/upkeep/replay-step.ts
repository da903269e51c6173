import type { Knex } from 'knex';
import type { Destination } from '../deliveries.ts';
import type { PassedOver } from '../lookup/replay/replay-filter.ts';
import { asReplayJob, type ReplayJob, type ReplayJobRow } from '../lookup/replay/replay-jobs.ts';
import { countReplayable } from '../lookup/replay/count-replayable.ts';
import { replayPasses, type ReplayTimes } from '../lookup/replay/replay-passes.ts';
import { readReplayPage } from '../lookup/replay/replayable.ts';
import { markDueAgain } from './replay.ts';
import type { Store } from '../store.ts';
import { inTransaction } from '../../database/transaction.ts';

/** The most deliveries that one step makes due, so that a push never waits for more. */
const stepRows = 200;

// Each step proves that its process runs. After this time without a step, another process continues the job.
const silentForMs = 15_000;

// The largest expected difference between the clocks of two processes.
const clocksApartMs = 600_000;

/**
 * Takes the oldest job that waits or runs, or continues the one that this process has. Only one job runs at a time.
 * @param holder names this process
 * @param hasEnded true when another holder's process has certainly ended, so that its job is taken at once
 * @returns undefined when there is no job, or another process runs one
 */
export async function claimReplayJob(
  store: Store,
  holder: string,
  hasEnded: (holder: string) => boolean,
  nowMs: number,
): Promise<ReplayJob | undefined> {
  const row = await store.reader
    .knex('replay_jobs')
    .whereIn('state', ['queued', 'running'])
    .orderBy('id')
    .first<ReplayJobRow | undefined>('*');
  if (row === undefined) return undefined;
  const isFresh = row.heartbeat_at > nowMs - silentForMs && row.heartbeat_at <= nowMs + clocksApartMs;
  if (row.holder !== null && row.holder !== holder && isFresh && !hasEnded(row.holder)) return undefined;
  const started = row.started_at ?? nowMs;
  const { id, state, holder: before, heartbeat_at } = row;
  const claimed = await store.writer
    .knex('replay_jobs')
    .where({ id, state, heartbeat_at })
    .where({ holder: before })
    .update({ state: 'running', holder, heartbeat_at: nowMs, started_at: started });
  if (claimed !== 1) return undefined;
  return asReplayJob({ ...row, state: 'running', holder, heartbeat_at: nowMs, started_at: started });
}

/**
 * Runs one small step of a job. The deliveries, the counts and the position are written in one transaction. So a killed
 * process misses no delivery and counts none twice.
 * @param destinations the enabled destinations
 * @returns the job after the step; undefined when it was paused, cancelled or taken meanwhile
 */
export async function stepReplayJob(
  store: Store,
  job: ReplayJob,
  destinations: readonly Destination[],
  nowMs: number,
): Promise<ReplayJob | undefined> {
  const times = { nowMs, madeAtMs: job.madeAtMs };
  if (job.total === undefined) {
    const next = { ...job, total: await countAll(store, job, destinations, times) };
    return (await keep(store.writer.knex, next, nowMs)) ? next : undefined;
  }
  const passes = passesOf(job, destinations);
  const { pass: at, key } = job.reached ?? { pass: 0, key: undefined };
  const pass = passes[at];
  if (pass === undefined) {
    const state = job.failure === undefined ? 'done' : 'failed';
    const next = { ...job, state, finishedAtMs: nowMs } as const;
    return (await keep(store.writer.knex, next, nowMs)) ? next : undefined;
  }
  const { name } = pass.destination;
  if (!pass.isEnabled) {
    const { deliveries } = await countReplayable(store, pass, job.filter, times);
    const next = {
      ...counted(job, name, deliveries),
      reached: { pass: at + 1, key: undefined },
      failure: `The destination ${name} is not enabled any more: ADAPTERS names ${namesOf(destinations)}. Its deliveries were not changed.`,
    };
    return (await keep(store.writer.knex, next, nowMs)) ? next : undefined;
  }
  const page = await readReplayPage(store, pass, job.filter, times, key, stepRows);
  const reached = page.next === undefined ? { pass: at + 1, key: undefined } : { pass: at, key: page.next };
  const tried = page.rows.filter(({ passedOver }) => passedOver === 'none');
  const found = new Map<PassedOver, number>();
  for (const { passedOver } of page.rows) found.set(passedOver, (found.get(passedOver) ?? 0) + 1);
  return inTransaction(store.writer, async (transaction) => {
    const marked = tried.length === 0 ? 0 : await markDueAgain(store, transaction, name, tried, nowMs);
    found.set('none', marked).set('removed', tried.length - marked);
    const next = { ...counted(job, name, found), reached };
    if (await keep(transaction, next, nowMs)) return next;
    throw new JobTaken();
  }).catch((error: unknown) => {
    if (error instanceof JobTaken) return undefined;
    throw error;
  });
}

/** Undoes a step whose job was paused, cancelled or taken by another process. */
class JobTaken extends Error {}

function passesOf(job: ReplayJob, destinations: readonly Destination[]): ReturnType<typeof replayPasses> {
  const isNamed = (name: string): boolean => destinations.some((destination) => destination.name === name);
  return replayPasses(
    job.filter,
    destinations.filter(({ name }) => job.destinations.includes(name)),
    job.destinations.filter((name) => !isNamed(name)),
  );
}

async function countAll(
  store: Store,
  job: ReplayJob,
  destinations: readonly Destination[],
  times: ReplayTimes,
): Promise<number> {
  let total = 0;
  for (const pass of passesOf(job, destinations)) {
    const { deliveries } = await countReplayable(store, pass, job.filter, times);
    for (const count of deliveries.values()) total += count;
  }
  return total;
}

function counted(job: ReplayJob, name: string, found: ReadonlyMap<PassedOver, number>): ReplayJob {
  const ofDestination: Partial<Record<PassedOver, number>> = { ...job.counts[name] };
  let lookedAt = job.lookedAt;
  for (const [why, count] of found) {
    lookedAt += count;
    if (count > 0) ofDestination[why] = (ofDestination[why] ?? 0) + count;
  }
  const counts = { ...job.counts, [name]: ofDestination };
  return { ...job, lookedAt, counts, madeDue: job.madeDue + (found.get('none') ?? 0) };
}

/**
 * Releases a job, so that another process continues it at once.
 * @param holder names this process
 */
export async function releaseReplayJobs(store: Store, holder: string): Promise<void> {
  await store.writer
    .knex('replay_jobs')
    .where({ holder })
    .whereIn('state', ['queued', 'running'])
    .update({ holder: null, heartbeat_at: 0 });
}

/** Returns false when the job is not this process's any more. */
async function keep(knex: Knex, job: ReplayJob, nowMs: number): Promise<boolean> {
  const kept = await knex('replay_jobs')
    .where({ id: job.id, holder: job.holder, state: 'running' })
    .update({
      state: job.state,
      total: job.total,
      looked_at: job.lookedAt,
      made_due: job.madeDue,
      counts: JSON.stringify(job.counts),
      reached: job.reached === undefined ? null : JSON.stringify(job.reached),
      failure: job.failure ?? null,
      heartbeat_at: nowMs,
      finished_at: job.finishedAtMs ?? null,
      ...(job.state !== 'running' && { holder: null }),
    });
  return kept === 1;
}

function namesOf(destinations: readonly Destination[]): string {
  return destinations.length === 0 ? 'none' : destinations.map(({ name }) => name).join(', ');
}
