/** A time by which a batch must be back. */
export interface Deadline {
  /** Aborts when the time is over, or when the process cannot wait any longer. */
  readonly signal: AbortSignal;
  /** Waits for work, but not for work that does not heed the signal: what became of that is unknown. */
  wait<Result>(work: Promise<Result>): Promise<Result>;
  /** Frees the timers. To be called when all work is done or given up. */
  end(): void;
}

/** How long after the signal work may still answer. */
const graceMs = 1_000;

export function startDeadline(interrupt: AbortSignal, durationMs: number): Deadline {
  const controller = new AbortController();
  let grace: NodeJS.Timeout | undefined;
  let giveUp: (error: Error) => void = () => undefined;
  const givenUp = new Promise<never>((_resolve, reject) => (giveUp = reject));
  // Nobody may be waiting when the time is over.
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
