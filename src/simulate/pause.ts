import { setTimeout as timer } from 'node:timers/promises';

/** Waits so long, or until the signal stops it: that is an ordinary end of a wait here, not an error. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await timer(ms, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
