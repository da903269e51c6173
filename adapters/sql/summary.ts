import type { AdapterTools, Database } from '#contract';
import { noteSummarised, staleDays, summariseDay } from '#reporting';

/** Keeps `jet_daily_summary` up to date, separately from landing. */
export interface Summary {
  /** Finds the days whose summary an earlier process did not finish. */
  begin(): Promise<void>;
  /** Notes days (`YYYY-MM-DD`) whose calls have changed. They are summarised soon. */
  touch(days: Iterable<string>): void;
  close(): Promise<void>;
}

export interface SummaryTimes {
  /** The summary follows a change by at least this time. */
  readonly delayMs: number;
  /** While calls land without a pause, the summary waits at most this long. */
  readonly delayMaxMs: number;
}

const usualTimes: SummaryTimes = { delayMs: 10_000, delayMaxMs: 60_000 };

export function createSummary(
  database: Database,
  { log, clock }: Pick<AdapterTools, 'log' | 'clock'>,
  { delayMs, delayMaxMs }: SummaryTimes = usualTimes,
): Summary {
  const touched = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let firstTouchMs: number | undefined;
  let running: Promise<void> | undefined;
  let isClosed = false;

  const plan = (): void => {
    if (isClosed || running !== undefined) return;
    firstTouchMs ??= performance.now();
    const latestMs = firstTouchMs + delayMaxMs - performance.now();
    clearTimeout(timer);
    timer = setTimeout(start, Math.max(0, Math.min(delayMs, latestMs)));
    timer.unref();
  };
  const start = (): void => {
    firstTouchMs = undefined;
    running = summarise().finally(() => {
      running = undefined;
      if (touched.size > 0) plan();
    });
  };
  const summarise = async (): Promise<void> => {
    const startedMs = clock();
    for (const day of [...touched]) {
      if (isClosed) return;
      // A call that lands meanwhile touches its day again.
      touched.delete(day);
      try {
        await summariseDay(database, day);
      } catch (error) {
        touched.add(day);
        const { code } = error as { code?: unknown };
        log.warn(
          { code: typeof code === 'string' ? code : 'no code' },
          'The daily summary could not be written. Calls still land, and the summary is tried again.',
        );
        return;
      }
    }
    await noteSummarised(database, startedMs).catch(() => undefined);
  };

  return {
    async begin() {
      this.touch(await staleDays(database));
    },
    touch(days) {
      for (const day of days) touched.add(day);
      if (touched.size > 0) plan();
    },
    async close() {
      isClosed = true;
      clearTimeout(timer);
      await running;
    },
  };
}
