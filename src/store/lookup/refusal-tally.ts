import type { Clock } from '../../domain/clock.ts';
import type { Log } from '../../domain/log.ts';
import { idOf, type RefusedRequests } from './refused-requests.ts';

/** One refused request. */
export type RefusedRequest = Omit<RefusedRequests, 'times' | 'firstAtMs' | 'lastAtMs'>;

/** Counts refused requests in memory, and writes the counts about once a second. A request never waits for it. */
export interface RefusalTally {
  note(request: RefusedRequest): void;
  /** Writes the counts now. Never throws. */
  flush(): Promise<void>;
  /** Ends the timer, after one last write. */
  stop(): Promise<void>;
}

export interface RefusalTallyOptions {
  /** Adds counts to the table. */
  readonly write: (refused: readonly RefusedRequests[]) => Promise<void>;
  /** False while the store does not answer. The counts then wait. */
  readonly canWrite: () => boolean;
  readonly clock: Clock;
  readonly log: Log;
  readonly everyMs?: number;
}

/**
 * The most rows of one minute. Further addresses and paths are counted together, so that a flood from many addresses fills
 * neither the memory nor the table.
 */
export const rowsOfMinuteMax = 100;
const waitingMax = 1_000;

/** Replaces addresses and paths beyond the limit of a minute. */
export const manyOthers = '(others)';

/** Counts in memory, because anybody can cause a refused request. Why: docs/decisions/operator-lists.md */
export function createRefusalTally(options: RefusalTallyOptions): RefusalTally {
  const { write, canWrite, clock, log, everyMs = 1_000 } = options;
  let waiting = new Map<string, RefusedRequests>();
  let minute = 0;
  let ofMinute = new Set<string>();
  let dropped = 0;
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> | undefined;

  const add = (refused: RefusedRequests, id: string): void => {
    const before = waiting.get(id);
    if (before !== undefined) {
      waiting.set(id, {
        ...refused,
        times: before.times + refused.times,
        firstAtMs: Math.min(before.firstAtMs, refused.firstAtMs),
        quarantineId: refused.quarantineId ?? before.quarantineId,
      });
    } else if (waiting.size < waitingMax) waiting.set(id, refused);
    else dropped += refused.times;
  };

  const writeWaiting = async (): Promise<void> => {
    if (waiting.size === 0 || !canWrite()) return;
    const refused = waiting;
    waiting = new Map();
    try {
      await write([...refused.values()]);
      if (dropped === 0) return;
      log.warn({ dropped }, 'Some refused requests were not counted, because the store could not be written');
      dropped = 0;
    } catch (error) {
      log.debug({ error }, 'The counts of refused requests could not be written. They wait');
      const newer = waiting;
      waiting = refused;
      for (const [id, one] of newer) add(one, id);
    }
  };

  const flush = (): Promise<void> =>
    (writing ??= writeWaiting().finally(() => {
      writing = undefined;
    }));

  const schedule = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      void flush().then(() => {
        if (waiting.size > 0) schedule();
      });
    }, everyMs).unref();
  };

  return {
    note(request) {
      const nowMs = clock();
      const refused = { ...request, times: 1, firstAtMs: nowMs, lastAtMs: nowMs };
      const thisMinute = Math.floor(nowMs / 60_000);
      if (thisMinute !== minute) [minute, ofMinute] = [thisMinute, new Set()];
      let id = idOf(refused);
      if (!ofMinute.has(id) && ofMinute.size >= rowsOfMinuteMax) {
        const merged = { ...refused, address: manyOthers, path: manyOthers };
        id = idOf(merged);
        add(merged, id);
      } else {
        ofMinute.add(id);
        add(refused, id);
      }
      schedule();
    },
    flush,
    async stop() {
      clearTimeout(timer);
      await writing;
      await flush();
    },
  };
}
