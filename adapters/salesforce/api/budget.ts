import type { AdapterTools } from '#contract';

/** How free the org's daily requests are: all may go; only calls that have ended; only what lands a call for good. */
export type Budget = 'free' | 'no live updates' | 'final writes only';

export interface BudgetMeter {
  /** Told with each answer. */
  read(usage: { used: number; limit: number }): void;
  now(): Budget;
  /** How much is used, 0 to 1; undefined when nothing was heard for a while. */
  usedRatio(): number | undefined;
}

const noLiveAbove = 0.8;
const finalOnlyAbove = 0.95;

/** Requests of others end too: what was heard this long ago says nothing. Milliseconds. */
export const readingHoldsMs = 15 * 60_000;

/** Watches the requests of 24 hours, which the kit shares with everything else that talks to the org. */
export function createBudgetMeter(tools: AdapterTools): BudgetMeter {
  const { clock, log } = tools;
  let heard: { ratio: number; atMs: number } | undefined;
  let told: Budget = 'free';
  const usedRatio = (): number | undefined =>
    heard !== undefined && clock() - heard.atMs < readingHoldsMs ? heard.ratio : undefined;
  /** What is let through now, shown to the operator as soon as it changes, if only by time. */
  const show = (): Budget => {
    const ratio = usedRatio() ?? 0;
    const budget =
      ratio >= finalOnlyAbove ? 'final writes only' : ratio >= noLiveAbove ? 'no live updates' : 'free';
    tools.showFigure('live_updates_stopped', budget === 'free' ? 0 : 1);
    tools.showFigure('final_writes_only', budget === 'final writes only' ? 1 : 0);
    if (budget !== told)
      log.warn({ ratio, budget }, "The org's daily API requests: what is let through changed");
    told = budget;
    return budget;
  };
  return {
    usedRatio,
    now: show,
    read({ used, limit }) {
      if (limit <= 0) return;
      heard = { ratio: used / limit, atMs: clock() };
      tools.showFigure('api_budget_used_ratio', heard.ratio);
      show();
    },
  };
}
