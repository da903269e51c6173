import type { Knex } from 'knex';
import { createPushId } from '../../push-id.ts';
import { deleteSome } from '../../../database/delete-some.ts';
import type { Store } from '../../store.ts';
import type { PassedOver, ReplayFilter } from './replay-filter.ts';
import type { ReplayKey } from './replayable.ts';

export type ReplayJobState = 'queued' | 'running' | 'paused' | 'cancelled' | 'done' | 'failed';

/** Who asked for a replay. */
export type ReplayAsker = 'operator' | 'command line';

/** A replay of deliveries, as the store keeps it. Times are in epoch milliseconds. */
export interface ReplayJob {
  readonly id: string;
  readonly state: ReplayJobState;
  readonly filter: ReplayFilter;
  /** The destinations that the filter named when the job was made. */
  readonly destinations: readonly string[];
  readonly reason: string;
  readonly who: string;
  /** How many deliveries match. Undefined until they are counted. */
  readonly total: number | undefined;
  readonly lookedAt: number;
  readonly madeDue: number;
  /** The number of deliveries that were read, by destination and by the reason why they were passed over. */
  readonly counts: Readonly<Record<string, ReplayCounts>>;
  /** Where the next step begins. */
  readonly reached: { readonly pass: number; readonly key: ReplayKey } | undefined;
  /** Why it failed, in a sentence. */
  readonly failure: string | undefined;
  readonly holder: string | null;
  readonly heartbeatAtMs: number;
  readonly madeAtMs: number;
  readonly startedAtMs: number | undefined;
  readonly finishedAtMs: number | undefined;
}

export type ReplayCounts = Readonly<Partial<Record<PassedOver, number>>>;

/** A job to make. */
export type NewReplayJob = Pick<ReplayJob, 'filter' | 'destinations' | 'reason'> & {
  readonly who: ReplayAsker;
};

/** The most characters of a reason. */
export const replayReasonMax = 500;

/**
 * Makes a job. A receiver starts it within a second.
 * @param within a transaction of the writer, to write more with it
 * @param holder the process that runs it itself; null lets any receiver run it
 * @returns its id
 */
export async function makeReplayJob(
  store: Store,
  { filter, destinations, reason, who }: NewReplayJob,
  nowMs: number,
  within: Knex = store.writer.knex,
  holder: string | null = null,
): Promise<string> {
  const id = createPushId(nowMs);
  await within('replay_jobs').insert({
    ...{ id, who, holder, state: 'queued', reason: reason.slice(0, replayReasonMax).toWellFormed() },
    filter: JSON.stringify({ ...filter, destinations }),
    counts: '{}',
    heartbeat_at: holder === null ? 0 : nowMs,
    made_at: nowMs,
  });
  return id;
}

export interface ReplayJobRow {
  id: string;
  state: ReplayJobState;
  filter: string;
  reason: string;
  who: string;
  total: number | null;
  looked_at: number;
  made_due: number;
  counts: string;
  reached: string | null;
  failure: string | null;
  holder: string | null;
  heartbeat_at: number;
  made_at: number;
  started_at: number | null;
  finished_at: number | null;
}

export async function readReplayJob({ reader }: Store, id: string): Promise<ReplayJob | undefined> {
  const row = await reader.knex('replay_jobs').where({ id }).first<ReplayJobRow | undefined>('*');
  return row === undefined ? undefined : asReplayJob(row);
}

/** The latest jobs, the newest first. */
export async function listReplayJobs({ reader }: Store, limit: number): Promise<ReplayJob[]> {
  const rows = await reader
    .knex('replay_jobs')
    .orderBy('id', 'desc')
    .limit(limit)
    .select<ReplayJobRow[]>('*');
  return rows.map(asReplayJob);
}

/** The changes that a person can make, with the states from which each is possible. */
export const replayJobChanges = {
  pause: { from: ['queued', 'running'], to: 'paused' },
  resume: { from: ['paused'], to: 'queued' },
  cancel: { from: ['queued', 'running', 'paused'], to: 'cancelled' },
} as const;

export type ReplayJobChange = keyof typeof replayJobChanges;

/**
 * Pauses, resumes or cancels a job. A running step is finished or undone as a whole.
 * @returns false when the job has no such state any more
 */
export async function changeReplayJob(
  store: Store,
  id: string,
  change: ReplayJobChange,
  nowMs: number,
  within: Knex = store.writer.knex,
): Promise<boolean> {
  const { from, to } = replayJobChanges[change];
  const changed = await within('replay_jobs')
    .where({ id })
    .whereIn('state', [...from])
    .update({ state: to, holder: null, finished_at: to === 'cancelled' ? nowMs : null });
  return changed === 1;
}

/** Deletes finished jobs from before a time, at most `limit`. Returns how many. */
export function deleteOldReplayJobs({ writer }: Store, beforeMs: number, limit: number): Promise<number> {
  return deleteSome(writer, 'replay_jobs', ['id'], ['finished_at', '<', beforeMs], limit);
}

export function asReplayJob(row: ReplayJobRow): ReplayJob {
  const { destinations, ...filter } = JSON.parse(row.filter) as ReplayFilter & { destinations: string[] };
  return {
    ...{ filter, destinations },
    id: row.id,
    state: row.state,
    reason: row.reason,
    who: row.who,
    total: row.total ?? undefined,
    lookedAt: row.looked_at,
    madeDue: row.made_due,
    counts: JSON.parse(row.counts) as ReplayJob['counts'],
    reached: row.reached === null ? undefined : (JSON.parse(row.reached) as ReplayJob['reached']),
    failure: row.failure ?? undefined,
    holder: row.holder,
    heartbeatAtMs: row.heartbeat_at,
    madeAtMs: row.made_at,
    startedAtMs: row.started_at ?? undefined,
    finishedAtMs: row.finished_at ?? undefined,
  };
}
