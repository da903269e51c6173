import { print } from '../print.ts';

/** A step that failed, with what to do about it. */
export class StepFailed extends Error {
  override readonly name = 'StepFailed';
  readonly remedy: string;

  constructor(message: string, remedy: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.remedy = remedy;
  }
}

/** Runs the steps of a test one after the other, and prints each with its time. */
export interface Steps {
  /**
   * Runs one step. `describe` makes a sentence from the result of `work`.
   *
   * @throws StepFailed after the failure was printed
   */
  run<Result>(
    name: string,
    work: () => Promise<Result>,
    describe?: (result: Result) => string,
  ): Promise<Result>;
  readonly totalMs: () => number;
}

export function createSteps(): Steps {
  const startedMs = performance.now();
  const show = (word: string, ms: number, name: string, text: string): void =>
    print(`${word.padEnd(6)}${`${Math.round(ms)} ms`.padStart(9)}  ${name.padEnd(8)}  ${text}`.trimEnd());
  return {
    async run(name, work, describe = () => '') {
      const beganMs = performance.now();
      try {
        const result = await work();
        show('ok', performance.now() - beganMs, name, describe(result));
        return result;
      } catch (error) {
        const failed = asFailed(error);
        show('fault', performance.now() - beganMs, name, failed.message);
        print(`${' '.repeat(27)}${failed.remedy}`);
        throw failed;
      }
    },
    totalMs: () => performance.now() - startedMs,
  };
}

function asFailed(error: unknown): StepFailed {
  if (error instanceof StepFailed) return error;
  const { message, remedy } = error as Error & { remedy?: string };
  return new StepFailed(message, remedy ?? 'See the log of the receiver, and npm run doctor.', {
    cause: error,
  });
}
