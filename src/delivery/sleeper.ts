/** A sleep that can be interrupted. */
export interface Sleeper {
  /** Ends after the time, or at once when `wake` was called since the last sleep. */
  sleep(durationMs: number): Promise<void>;
  wake(): void;
}

export function createSleeper(): Sleeper {
  let woken = false;
  let end: (() => void) | undefined;
  return {
    sleep(durationMs) {
      if (woken) {
        woken = false;
        return Promise.resolve();
      }
      return new Promise((resolve) => {
        const timer = setTimeout(() => end?.(), durationMs);
        end = () => {
          clearTimeout(timer);
          end = undefined;
          woken = false;
          resolve();
        };
      });
    },
    wake() {
      if (end === undefined) woken = true;
      else end();
    },
  };
}
