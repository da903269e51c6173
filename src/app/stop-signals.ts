// Ctrl-C reaches a whole process group, and npm passes it on once more a moment later: one wish, two signals.
const sameWishMs = 500;

/**
 * Calls `stop` at the first SIGTERM or SIGINT, and `stopAtOnce` at a later one. Repeats that follow the first
 * within half a second are the same wish.
 */
export function onStopSignals(stop: (signal: NodeJS.Signals) => void, stopAtOnce: () => void): void {
  let firstMs: number | undefined;
  const heed = (signal: NodeJS.Signals): void => {
    const nowMs = performance.now();
    if (firstMs === undefined) {
      firstMs = nowMs;
      stop(signal);
    } else if (nowMs - firstMs > sameWishMs) stopAtOnce();
  };
  process.on('SIGTERM', heed);
  process.on('SIGINT', heed);
}
