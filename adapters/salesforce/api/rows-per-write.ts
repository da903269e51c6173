import type { Clock } from '#contract';

/** The most records that Salesforce accepts in one write. */
const rowsMax = 200;
const fewerForMs = 3_600_000;

/** The number of Tasks in one write. It shrinks for an hour after a trigger or flow of the org failed on more. */
export interface RowsPerWrite {
  now(): number;
  shrinkTo(rows: number): void;
  /** Restores the full number: a single Task failed alone, so the number was not the cause. */
  reset(): void;
}

export function createRowsPerWrite(clock: Clock): RowsPerWrite {
  let fewer: { rows: number; untilMs: number } | undefined;
  const now = (): number => (fewer !== undefined && clock() < fewer.untilMs ? fewer.rows : rowsMax);
  return {
    now,
    shrinkTo(rows) {
      fewer = { rows: Math.min(rows, now()), untilMs: clock() + fewerForMs };
    },
    reset() {
      fewer = undefined;
    },
  };
}
