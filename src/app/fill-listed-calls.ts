import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../domain/log.ts';
import { fillListed } from '../store/upkeep/fill-listed.ts';
import type { Store } from '../store/store.ts';

// The most calls in one step, so that a push never waits for more.
const callsMax = 200;
const progressMs = 10_000;
const afterErrorMs = 60_000;

/**
 * Fills the columns by which calls are listed while the receiver runs, after an update of a store that already has
 * calls. It rests as long as it works. The log shows its progress.
 */
export function fillListedCalls(store: Store, log: Log): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const { signal } = stopping;
  const rest = (ms: number): Promise<void> =>
    sleep(ms, undefined, { signal, ref: false }).catch(() => undefined);
  const run = async (): Promise<void> => {
    let filled = 0;
    let shownMs = performance.now();
    while (!signal.aborted) {
      const startedMs = performance.now();
      try {
        const count = await fillListed(store, callsMax);
        if (count === undefined) break;
        if (filled === 0)
          log.info({}, 'Calls of the earlier version are being prepared for lists and searches');
        filled += count;
      } catch (error) {
        log.warn(
          { error, calls: filled },
          'Preparing calls for lists failed. The next attempt is in a minute',
        );
        await rest(afterErrorMs);
      }
      if (performance.now() - shownMs > progressMs) {
        shownMs = performance.now();
        log.info({ calls: filled }, 'Calls are being prepared for lists and searches. The newest come first');
      }
      await rest(performance.now() - startedMs);
    }
    if (filled > 0 && !signal.aborted) log.info({ calls: filled }, 'All calls can be listed and searched');
  };
  const running = run();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
