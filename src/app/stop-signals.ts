// Ctrl-C signals the whole process group, and npm forwards it again a moment later: one intention, two signals.
const sameIntentionMs = 500;

/**
 * Calls `stop` at the first SIGTERM or SIGINT, and `stopAtOnce` at a later one. Signals within half a second of the first
 * count as the same one.
 */
export function onStopSignals(stop: (signal: NodeJS.Signals) => void, stopAtOnce: () => void): void {
  let firstMs: number | undefined;
  const onSignal = (signal: NodeJS.Signals): void => {
    const nowMs = performance.now();
    if (firstMs === undefined) {
      firstMs = nowMs;
      stop(signal);
    } else if (nowMs - firstMs > sameIntentionMs) stopAtOnce();
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}
