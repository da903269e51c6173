import { setTimeout as sleep } from 'node:timers/promises';
import { adapters } from '../../../adapters/index.ts';
import { estimateRequests } from '../../app/replay/estimate-requests.ts';
import { runNextJob } from '../../app/replay/replay-jobs.ts';
import { onStopSignals } from '../../app/stop-signals.ts';
import { identifyHolder } from '../../delivery/holder.ts';
import { createLogger } from '../../app/logger.ts';
import { createConsoleOutput, type Progress } from '../../simulate/output.ts';
import { completeAudit, recordAudit } from '../../store/lookup/audit.ts';
import type { ReplayFilter } from '../../store/lookup/replay/replay-filter.ts';
import {
  changeReplayJob,
  makeReplayJob,
  readReplayJob,
  type ReplayJob,
} from '../../store/lookup/replay/replay-jobs.ts';
import { previewReplay, type ReplayPreview } from '../../store/lookup/replay/replay-preview.ts';
import { deliveriesText, filterText, passedOverLines } from '../../store/lookup/replay/replay-words.ts';
import { UsageError, type CommandContext } from '../command-context.ts';
import { print, printAside } from '../print.ts';
import { showReplayable } from './show-replayable.ts';

const firstMax = 20;
const pollMs = 200;

export interface ReplayOptions {
  readonly reason: string;
  readonly dryRun: boolean;
}

/** Makes the deliveries that match a filter due again, or shows which ones. */
export async function replayDeliveries(
  context: CommandContext,
  filter: ReplayFilter,
  { reason, dryRun }: ReplayOptions,
): Promise<void> {
  const { destinations, store } = context;
  const names = destinations.map((destination) => destination.name);
  if (filter.destination !== undefined && !names.includes(filter.destination)) {
    throw new UsageError(
      `The destination ${filter.destination} is not enabled. ADAPTERS names ${names.join(', ')}.`,
    );
  }
  const chosen = filter.destination === undefined ? names : [filter.destination];
  if (dryRun) {
    const preview = await previewReplay(store, filter, destinations, { firstMax }, Date.now());
    showPreview(context, chosen, preview);
    return;
  }
  const what = { who: 'command line', what: 'replayed deliveries', reason } as const;
  const entry = await recordAudit(store, { ...what, filter: filterText(filter, isoTime) }, Date.now());
  const job = await runJob(context, { filter, destinations: chosen, reason });
  await completeAudit(store, entry, job.madeDue);
  for (const name of chosen) {
    const counts = new Map(
      Object.entries(job.counts[name] ?? {}),
    ) as ReplayPreview['destinations'][0]['counts'];
    showCount(name, counts, ['was', 'were']);
  }
  if (job.failure !== undefined) throw new Error(job.failure);
  if (job.state === 'cancelled') {
    printAside('The replay was cancelled. The deliveries that it had made due stay due.');
    process.exitCode = 130;
  }
}

function isoTime(epochMs: number): string {
  return new Date(epochMs).toISOString();
}

function showPreview(
  { settings }: CommandContext,
  chosen: readonly string[],
  { destinations, absent }: ReplayPreview,
): void {
  for (const { name, counts, first } of destinations) {
    if (!chosen.includes(name) && counts.size === 0) continue;
    const count = counts.get('none') ?? 0;
    showCount(name, counts, ['would be', 'would be']);
    for (const line of showReplayable(name, first, count)) print(line);
    const requests = estimateRequests(adapters, settings, name, count);
    if (requests !== undefined && count > 0)
      print(`  It costs about ${requests.toLocaleString('en')} requests to ${name}. This is an estimate.`);
  }
  for (const { id } of absent) print(`There is no call ${id}.`);
}

function showCount(
  name: string,
  counts: ReplayPreview['destinations'][0]['counts'],
  [one, several]: readonly [string, string],
): void {
  const count = counts.get('none') ?? 0;
  print(`${name}: ${deliveriesText(count)} ${count === 1 ? one : several} made due.`);
  for (const line of passedOverLines(counts)) print(`  ${line}`);
}

/** Makes a job and runs it in this process. An older job of another person runs first. */
async function runJob(
  { store, destinations }: CommandContext,
  given: Pick<ReplayJob, 'filter' | 'destinations' | 'reason'>,
): Promise<ReplayJob> {
  const { holder, hasEnded } = identifyHolder();
  const id = await makeReplayJob(store, { ...given, who: 'command line' }, Date.now(), undefined, holder);
  const interrupted = new AbortController();
  onStopSignals(
    () => interrupted.abort(),
    () => process.exit(130),
  );
  const log = createLogger('warn');
  const options = {
    store,
    destinations,
    holder,
    hasEnded,
    clock: Date.now,
    log,
    pollMs,
    onStep: () => undefined,
  };
  const output = createConsoleOutput();
  let bar: Progress | undefined;
  const show = (job: ReplayJob): void => {
    if (job.id !== id || job.total === undefined) return;
    bar ??= output.progress('Replaying', job.total);
    bar.update(Math.min(job.lookedAt, job.total));
  };
  let isWaiting = false;
  try {
    for (;;) {
      if (interrupted.signal.aborted) await changeReplayJob(store, id, 'cancel', Date.now());
      const job = await readReplayJob(store, id);
      if (job === undefined) throw new Error('The job of this replay is gone.');
      if (job.finishedAtMs !== undefined) return job;
      show(job);
      if (await runNextJob(options, interrupted.signal, show)) continue;
      if (!isWaiting)
        printAside('Another replay runs, or this one is paused. This replay continues afterwards.');
      isWaiting = true;
      await sleep(pollMs);
    }
  } finally {
    bar?.stop();
  }
}
