/** The time by which a batch must be finished. */
export interface Deadline {
  /** Aborts at the deadline, or when the process cannot wait any longer. */
  readonly signal: AbortSignal;
  /** Waits for work. It stops waiting for work that ignores the signal: the outcome is then unknown. */
  wait<Result>(work: Promise<Result>): Promise<Result>;
  /** Frees the timers. Must be called when all work is finished or abandoned. */
  end(): void;
}

/** How long work can still answer after the signal. */
const graceMs = 1_000;

export function startDeadline(interrupt: AbortSignal, durationMs: number): Deadline {
  const controller = new AbortController();
  let grace: NodeJS.Timeout | undefined;
  let giveUp: (error: Error) => void = () => undefined;
  const givenUp = new Promise<never>((_resolve, reject) => (giveUp = reject));
  // The promise may reject while nothing awaits it.
  givenUp.catch(() => undefined);
  const abort = (): void => {
    controller.abort();
    grace ??= setTimeout(() => giveUp(new Error('The adapter did not answer in time')), graceMs);
  };
  const timer = setTimeout(abort, durationMs);
  if (interrupt.aborted) abort();
  else interrupt.addEventListener('abort', abort, { once: true });
  return {
    signal: controller.signal,
    wait: (work) => Promise.race([work, givenUp]),
    end() {
      clearTimeout(timer);
      clearTimeout(grace);
      interrupt.removeEventListener('abort', abort);
    },
  };
}
