import { createLiveCalls, readNewestRevision, type LiveCalls } from '../../store/lookup/live-calls.ts';
import { callRowsOf } from './call-rows.ts';
import type { CallRow } from './call-columns.ts';
import type { CallDependencies } from './call-dependencies.ts';

/** The stream of one page. */
export interface LiveStream {
  send(rows: readonly CallRow[]): void;
  /** The receiver stops. */
  end(): void;
}

/** Gives changed calls to the streams of this process. */
export interface LiveHub {
  /** Adds a stream and returns the function that removes it. Undefined when there are too many streams. */
  join(stream: LiveStream): (() => void) | undefined;
  /** Reads the store soon, because this process has just stored a push. */
  wake(): void;
  /** Ends all streams, so that they do not delay the stop of the receiver. */
  close(): void;
}

const streamsMax = 20;
const pollMs = 250;
// The pause between two reads of the store, so that many pushes do not cause constant reads.
const restMs = 20;
const afterErrorMs = 2_000;

/** One read of the store serves all streams of the process. Without a stream, the store is not read. */
export function createLiveHub(
  dependencies: Pick<CallDependencies, 'store' | 'clock' | 'completeCall' | 'log'>,
): LiveHub {
  const { store, clock, log } = dependencies;
  const streams = new Set<LiveStream>();
  let live: LiveCalls | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isLooking = false;
  // The count of stored pushes, now and when the last read began. A read can miss a push that is stored during it.
  let stored = 0;
  let seen = 0;

  const look = async (): Promise<void> => {
    if (isLooking || streams.size === 0) return;
    isLooking = true;
    seen = stored;
    clearTimeout(timer);
    let waitMs = pollMs;
    try {
      live ??= createLiveCalls(store, await readNewestRevision(store));
      const rows = await callRowsOf(dependencies, await live.look(clock()));
      if (rows.length > 0) for (const stream of streams) stream.send(rows);
    } catch (error) {
      log.warn({ error }, 'The live lists of calls could not be updated. The next attempt is in 2 s');
      waitMs = afterErrorMs;
    } finally {
      isLooking = false;
    }
    if (stored !== seen) waitMs = Math.min(waitMs, restMs);
    if (streams.size > 0) timer = setTimeout(() => void look(), waitMs).unref();
    else live = undefined;
  };

  return {
    join(stream) {
      if (streams.size >= streamsMax) return undefined;
      streams.add(stream);
      void look();
      return () => {
        streams.delete(stream);
        if (streams.size > 0) return;
        clearTimeout(timer);
        live = undefined;
      };
    },
    close() {
      for (const stream of streams) stream.end();
    },
    wake() {
      const isAwaited = stored !== seen;
      stored += 1;
      if (isAwaited || isLooking || streams.size === 0) return;
      clearTimeout(timer);
      timer = setTimeout(() => void look(), restMs).unref();
    },
  };
}
