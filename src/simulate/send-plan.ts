import type { Plan, PlannedCall, PlannedStep } from './traffic/plan.ts';
import { createPace } from './pace.ts';

export interface Sending {
  /** Pushes per second. 0 means as fast as possible. */
  readonly rate: number;
  /** The number of concurrent requests. */
  readonly concurrency: number;
  readonly signal: AbortSignal;
  readonly send: (step: PlannedStep) => Promise<void>;
}

/** Sends the steps in order. Pushes of one call never overtake each other, whatever the concurrency. */
export async function sendPlan(plan: Plan, { rate, concurrency, signal, send }: Sending): Promise<void> {
  const nextTurn = createPace(rate, signal);
  const inFlight = new Set<Promise<void>>();
  const latest = new Map<PlannedCall, Promise<void>>();
  for (const step of plan.steps) {
    while (inFlight.size >= concurrency) await Promise.race(inFlight);
    await nextTurn();
    if (signal.aborted) break;
    const before = step.kind !== 'broken' ? latest.get(step.call) : undefined;
    const sent = sendAfter(before, step).finally(() => inFlight.delete(sent));
    inFlight.add(sent);
    if (step.kind !== 'broken') latest.set(step.call, sent);
  }
  await Promise.all(inFlight);

  async function sendAfter(before: Promise<void> | undefined, step: PlannedStep): Promise<void> {
    await before;
    if (!signal.aborted) await send(step);
  }
}
