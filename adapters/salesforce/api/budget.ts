import type { AdapterTools } from '#contract';

/** Which calls can still use the org's daily requests: all, only calls that have ended, or only final writes. */
export type Budget = 'free' | 'no live updates' | 'final writes only';

export interface BudgetMeter {
  /** Takes the usage that an answer reports. */
  read(usage: { used: number; limit: number }): void;
  now(): Budget;
  /** The used share of the daily requests, 0 to 1. Undefined when the last report is too old. */
  usedRatio(): number | undefined;
}

const noLiveAbove = 0.8;
const finalOnlyAbove = 0.95;

/** A usage report is outdated after this time, because older requests drop out of the 24 hours. */
export const reportValidForMs = 15 * 60_000;

/** Watches the org's requests of 24 hours, which the kit shares with all other apps of the org. */
export function createBudgetMeter(tools: AdapterTools): BudgetMeter {
  const { clock, log } = tools;
  let reported: { ratio: number; atMs: number } | undefined;
  let shown: Budget = 'free';
  const usedRatio = (): number | undefined =>
    reported !== undefined && clock() - reported.atMs < reportValidForMs ? reported.ratio : undefined;
  /** Computes the present budget, and shows every change to the operator. It can change by time alone. */
  const show = (): Budget => {
    const ratio = usedRatio() ?? 0;
    const budget =
      ratio >= finalOnlyAbove ? 'final writes only' : ratio >= noLiveAbove ? 'no live updates' : 'free';
    tools.showFigure('live_updates_stopped', budget === 'free' ? 0 : 1);
    tools.showFigure('final_writes_only', budget === 'final writes only' ? 1 : 0);
    if (budget !== shown) log.warn({ ratio, budget }, "The budget for the org's daily API requests changed");
    shown = budget;
    return budget;
  };
  return {
    usedRatio,
    now: show,
    read({ used, limit }) {
      if (limit <= 0) return;
      reported = { ratio: used / limit, atMs: clock() };
      tools.showFigure('api_budget_used_ratio', reported.ratio);
      show();
    },
  };
}
