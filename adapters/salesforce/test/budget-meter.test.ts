import { expect, it } from 'vitest';
import { createBudgetMeter, reportValidForMs } from '../api/budget.ts';
import type { AdapterTools } from '../../../src/contract/adapter-tools.ts';
import { silentLog } from '../../../test/fixtures/running-worker.ts';

it('an outdated count is removed from the metrics too', () => {
  let nowMs = 0;
  const figures = new Map<string, number>();
  const meter = createBudgetMeter({
    clock: () => nowMs,
    log: silentLog,
    showFigure: (figure: string, value: number) => void figures.set(figure, value),
  } as AdapterTools);
  meter.read({ used: 96, limit: 100 });
  expect([figures.get('live_updates_stopped'), figures.get('final_writes_only')]).toEqual([1, 1]);
  nowMs = reportValidForMs;
  expect(meter.now()).toBe('free');
  expect([figures.get('live_updates_stopped'), figures.get('final_writes_only')]).toEqual([0, 0]);
});
