import cliProgress from 'cli-progress';
import { print, printAside } from '../cli/print.ts';

/** The output of a run. */
export interface Output {
  /** Prints a line of the result. */
  print(line: string): void;
  /** Shows the progress of a longer task. */
  readonly progress: (title: string, total: number) => Progress;
}

export interface Progress {
  update(done: number): void;
  stop(): void;
}

const lineEveryMs = 5_000;

/** Results go to stdout. Progress goes to stderr: a bar on a terminal, otherwise a line every few seconds. */
export function createConsoleOutput(): Output {
  return {
    print,
    progress: process.stderr.isTTY ? startBar : startLines,
  };
}

function startBar(title: string, total: number): Progress {
  const bar = new cliProgress.SingleBar(
    {
      format: `${title} {bar} {value}/{total} in {duration_formatted}`,
      hideCursor: true,
      stream: process.stderr,
    },
    cliProgress.Presets.shades_classic,
  );
  bar.start(total, 0);
  return {
    update: (done) => bar.update(done),
    stop: () => bar.stop(),
  };
}

function startLines(title: string, total: number): Progress {
  let shownMs = performance.now();
  return {
    update(done) {
      if (performance.now() - shownMs < lineEveryMs) return;
      shownMs = performance.now();
      printAside(`${title} ${done}/${total}`);
    },
    stop: () => undefined,
  };
}
