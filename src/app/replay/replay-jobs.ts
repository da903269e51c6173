import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../domain/clock.ts';
import type { Log } from '../../domain/log.ts';
import type { Destination } from '../../store/deliveries.ts';
import { claimReplayJob, releaseReplayJobs, stepReplayJob } from '../../store/upkeep/replay-step.ts';
import type { ReplayJob } from '../../store/lookup/replay/replay-jobs.ts';
import type { Store } from '../../store/store.ts';

export interface ReplayJobsOptions {
  readonly store: Store;
  /** The enabled destinations. */
  readonly destinations: readonly Destination[];
  /** Names this process among all that share the store. */
  readonly holder: string;
  /** True when another holder's process has certainly ended. */
  readonly hasEnded: (holder: string) => boolean;
  readonly clock: Clock;
  readonly log: Log;
  /** Called after each step, so that the worker looks for new work. */
  readonly onStep: () => void;
  /** How often to look for a new job, in milliseconds. */
  readonly pollMs: number;
}

const restMinMs = 20;

/** Runs replay jobs, one at a time among all processes that share the store. */
export function startReplayJobs(options: ReplayJobsOptions): { stop(): Promise<void> } {
  const { store, holder, log, pollMs } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  let hasFailed = false;
  const turn = async (): Promise<boolean> => {
    try {
      const worked = await runNextJob(options, signal);
      hasFailed = false;
      return worked;
    } catch (error) {
      // Log it once, because the store can be unreachable for a long time.
      if (!hasFailed)
        log.warn({ error }, 'Replay jobs cannot run now. They continue as soon as the store answers');
      hasFailed = true;
      return false;
    }
  };
  const loop = async (): Promise<void> => {
    while (!signal.aborted) {
      if (!(await turn())) await rest(pollMs, signal);
    }
    await releaseReplayJobs(store, holder).catch((error: unknown) =>
      log.warn({ error }, 'A replay job could not be released. Another process continues it in 15 seconds'),
    );
  };
  const running = loop();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

/**
 * Runs the oldest job until it ends, is paused or is cancelled, or until the signal aborts.
 * @param onProgress called with the job after each step
 * @returns false when there is no job for this process
 */
export async function runNextJob(
  { store, destinations, holder, hasEnded, clock, log, onStep }: ReplayJobsOptions,
  signal: AbortSignal,
  onProgress: (job: ReplayJob) => void = () => undefined,
): Promise<boolean> {
  if (store.writer.findLostFile() !== undefined) return false;
  let job = await claimReplayJob(store, holder, hasEnded, clock());
  if (job === undefined) return false;
  const { id } = job;
  while (job?.state === 'running' && !signal.aborted) {
    const startedMs = performance.now();
    job = await stepReplayJob(store, job, destinations, clock());
    if (job !== undefined) onProgress(job);
    onStep();
    // Rests four times as long as the step took, so that pushes hardly wait.
    if (job?.state === 'running')
      await rest(Math.max(restMinMs, 4 * (performance.now() - startedMs)), signal);
  }
  if (job !== undefined && job.state !== 'running') {
    const { state, madeDue, lookedAt, failure } = job;
    log.info({ job: id, state, madeDue, lookedAt, failure }, 'A replay job ended');
  }
  return true;
}

async function rest(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}
