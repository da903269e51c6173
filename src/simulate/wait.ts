import { setTimeout as timer } from 'node:timers/promises';

/** Waits, or returns early when the signal aborts. An abort is not an error here. */
export async function wait(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await timer(ms, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
