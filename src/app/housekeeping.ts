import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../domain/clock.ts';
import { judgeRemoval, type Judgement } from '../domain/removal-doubt.ts';
import type { Log } from '../domain/log.ts';
import type { PastTime } from '../store/upkeep/count-past-time.ts';
import { keepRemovalMark, readOldestMs, readRemovalMark } from '../store/upkeep/removal-mark.ts';
import { endTurn, takeTurn } from '../store/upkeep/housekeeping-turn.ts';
import { deleteEndedNotes } from '../store/destination-notes.ts';
import { deleteOldAudit } from '../store/lookup/audit.ts';
import { deleteOldReplayJobs } from '../store/lookup/replay/replay-jobs.ts';
import { deleteEndedLedgerEntries } from '../store/match-ledger.ts';
import { deleteEndedGrants } from '../store/oauth/oauth-grants.ts';
import { deleteExpiredTokens } from '../store/oauth/oauth-rows.ts';
import { deleteOldAskedRedirects } from '../store/lookup/asked-redirects.ts';
import { deleteOldRefused } from '../store/lookup/refused-requests.ts';
import { deleteOldQuarantine } from '../store/quarantine.ts';
import { deleteEndedSessions } from '../store/oauth/sessions.ts';
import type { Store } from '../store/store.ts';
import { deleteOldTombstones } from '../store/upkeep/tombstones.ts';
import { trimCalls } from '../store/upkeep/trim-calls.ts';

export interface HousekeepingOptions {
  readonly store: Store;
  /** For the tombstones. */
  readonly secretKey: string;
  /** How many days a call is kept after its latest push; 0 keeps all. */
  readonly retentionDays: number;
  readonly clock: Clock;
  readonly log: Log;
  /** Called with the figures of each step, for the metrics. */
  readonly onTrimmed: (kind: TrimmedKind, count: number) => void;
  /** True when a person has confirmed the removal, so that nothing is delayed. */
  readonly isConfirmed?: boolean;
}

export type TrimmedKind =
  | 'calls'
  | 'pushes'
  | 'deliveries'
  | 'quarantined'
  | 'refused_requests'
  | 'replay_jobs'
  | 'tokens'
  | 'grants'
  | 'sessions'
  | 'ledger_entries'
  | 'notes'
  | 'tombstones'
  | 'audit_entries';

const dayMs = 86_400_000;
const firstRunAfterMs = 5_000;
const intervalMs = 3_600_000;
// The most rows in one step, so that a push never waits for more.
const rowsMax = 200;
const turnMs = 300_000;
// Expired tokens are kept this long, so that the log can distinguish an expired token from a guess.
const endedForMs = 3_600_000;
// After this time, a late push of a removed call is not expected any more.
const tombstoneDays = 400;

/** Removes old data: soon after the start, then every hour. */
export function startHousekeeping(options: HousekeepingOptions): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const { signal } = stopping;
  const loop = async (): Promise<void> => {
    for (let waitMs = firstRunAfterMs; ; waitMs = intervalMs) {
      await rest(waitMs, signal);
      if (signal.aborted) return;
      await runHousekeeping(options, signal).catch((error: unknown) =>
        options.log.warn({ error }, 'Old data could not be removed. The next attempt is in an hour'),
      );
    }
  };
  const running = loop();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

/** The times before which data is removed. */
export function pastTime(retentionDays: number, nowMs: number): PastTime {
  return {
    beforeMs: retentionDays === 0 ? undefined : nowMs - retentionDays * dayMs,
    endedBeforeMs: nowMs - endedForMs,
    tombstonesBeforeMs: nowMs - tombstoneDays * dayMs,
    nowMs,
  };
}

/**
 * Runs housekeeping once. Returns the number of removed rows by kind. Undefined when nothing was done, because another
 * process has the turn or the store's file is lost.
 */
export async function runHousekeeping(
  options: HousekeepingOptions,
  signal: AbortSignal,
): Promise<ReadonlyMap<TrimmedKind, number> | undefined> {
  const { store, clock, log } = options;
  if (store.writer.findLostFile() !== undefined) return undefined;
  const holder = randomUUID();
  const counts = new Map<TrimmedKind, number>();
  const count = (kind: TrimmedKind, removed: number): void => {
    if (removed === 0) return;
    counts.set(kind, (counts.get(kind) ?? 0) + removed);
    options.onTrimmed(kind, removed);
  };
  if (!(await takeTurn(store, holder, turnMs, clock()))) return undefined;
  try {
    const nowMs = clock();
    const { beforeMs, endedBeforeMs, tombstonesBeforeMs } = pastTime(options.retentionDays, nowMs);
    const doubt = await judgeClock(options, nowMs);
    if (doubt === 'clock') return counts;
    /** Runs steps until one returns true. Rests after each step four times as long as the step took. */
    const inSteps = async (step: () => Promise<boolean>): Promise<void> => {
      while (!signal.aborted) {
        const startedMs = performance.now();
        if (await step()) return;
        await rest(Math.max(20, 4 * (performance.now() - startedMs)), signal);
        if (!(await takeTurn(store, holder, turnMs, clock())))
          throw new Error('Another process has the turn');
      }
    };
    const removeAll = (kind: TrimmedKind, remove: (limit: number) => Promise<number>): Promise<void> =>
      inSteps(async () => {
        const removed = await remove(rowsMax);
        count(kind, removed);
        return removed === 0;
      });
    await removeAll('tokens', (limit) => deleteExpiredTokens(store, endedBeforeMs, limit));
    await removeAll('grants', (limit) => deleteEndedGrants(store, endedBeforeMs, limit));
    await removeAll('sessions', (limit) => deleteEndedSessions(store, nowMs, limit));
    await removeAll('ledger_entries', (limit) => deleteEndedLedgerEntries(store, nowMs, limit));
    await removeAll('notes', (limit) => deleteEndedNotes(store, nowMs, limit));
    await removeAll('tombstones', (limit) => deleteOldTombstones(store, tombstonesBeforeMs, limit));
    if (beforeMs === undefined || doubt === 'share') return counts;
    await removeAll('audit_entries', (limit) => deleteOldAudit(store, beforeMs, limit));
    await removeAll('quarantined', (limit) => deleteOldQuarantine(store, beforeMs, limit));
    await removeAll('refused_requests', (limit) => deleteOldRefused(store, beforeMs, limit));
    await deleteOldAskedRedirects(store, beforeMs);
    await removeAll('replay_jobs', (limit) => deleteOldReplayJobs(store, beforeMs, limit));
    const held = new Map<string, Set<string>>();
    let afterId: string | undefined = '';
    await inSteps(async () => {
      const trim = { beforeMs, secretKey: options.secretKey, afterId: afterId ?? '', pushesMax: rowsMax };
      const step = await trimCalls(store, trim, clock());
      count('calls', step.calls);
      count('pushes', step.pushes);
      count('deliveries', step.deliveries);
      for (const { callId, destination } of step.held)
        held.set(destination, (held.get(destination) ?? new Set()).add(callId));
      afterId = step.afterId;
      return afterId === undefined;
    });
    warnOfHeldCalls(log, held);
    return counts;
  } finally {
    if (counts.size > 0) log.info(Object.fromEntries(counts), 'Old data was removed');
    await endTurn(store, holder);
  }
}

/** Stores the time of this run. Returns a reason if removal must wait. */
async function judgeClock(
  { store, retentionDays, log, isConfirmed = false }: HousekeepingOptions,
  nowMs: number,
): Promise<Judgement['doubt']> {
  const keptMs = retentionDays === 0 ? undefined : retentionDays * dayMs;
  const mark = await readRemovalMark(store, nowMs);
  const oldestMs = await readOldestMs(store);
  const judged = judgeRemoval({ nowMs, keptMs, oldestMs, mark });
  if (isConfirmed) {
    await keepRemovalMark(store, { seenMs: nowMs, beforeMs: keptMs && nowMs - keptMs, doubt: undefined });
    return undefined;
  }
  await keepRemovalMark(store, judged.mark);
  if (judged.doubt === undefined) return undefined;
  const fields = {
    ...{ clock: isoTime(nowMs), lastSeen: isoTime(mark.seenMs), waitsUntil: isoTime(judged.endsMs) },
    remedy: 'See what would be removed: npm run trim. If that is right, remove it now: npm run trim -- --yes',
  };
  log.warn(
    fields,
    judged.doubt === 'clock'
      ? 'Nothing is removed: the clock is more than a day ahead of the last trusted time. If the clock is still right in a day, removal continues'
      : 'Old calls are kept: RETENTION_DAYS would remove more than a day of calls at once. They are removed in a day',
  );
  return judged.doubt;
}

function isoTime(epochMs: number): string {
  const time = new Date(epochMs);
  return Number.isNaN(time.getTime()) ? 'an impossible time' : time.toISOString();
}

function warnOfHeldCalls(log: Log, held: ReadonlyMap<string, ReadonlySet<string>>): void {
  if (held.size === 0) return;
  log.warn(
    { calls: Object.fromEntries([...held].map(([destination, calls]) => [destination, calls.size])) },
    'Calls past RETENTION_DAYS are kept, because some of their deliveries are due or exhausted: fix the destination and replay them',
  );
}

async function rest(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal, ref: false }).catch(() => undefined);
}
