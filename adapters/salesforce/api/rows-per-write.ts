import type { Clock } from '#contract';

/** The most that Salesforce takes in one write. */
const rowsMax = 200;
const fewerForMs = 3_600_000;

/** How many Tasks go into one write: fewer for a while after a trigger or flow of the org could not take as many. */
export interface RowsPerWrite {
  now(): number;
  shrinkTo(rows: number): void;
  /** It was one Task that was too much, and not how many there were. */
  forget(): void;
}

export function createRowsPerWrite(clock: Clock): RowsPerWrite {
  let fewer: { rows: number; untilMs: number } | undefined;
  const now = (): number => (fewer !== undefined && clock() < fewer.untilMs ? fewer.rows : rowsMax);
  return {
    now,
    shrinkTo(rows) {
      fewer = { rows: Math.min(rows, now()), untilMs: clock() + fewerForMs };
    },
    forget() {
      fewer = undefined;
    },
  };
}
