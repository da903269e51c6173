import { stages } from '../../src/domain/stage.ts';
import { isList, readBody } from '../../src/intake/read-body.ts';
import type { PushReading } from '../../src/intake/read-push.ts';
import type { Plan, PlannedPush } from '../../src/simulate/traffic/plan.ts';

const intake = { statusMap: new Map() };

export function pushesOf(plan: Plan): PlannedPush[] {
  return plan.steps.flatMap((step) =>
    step.kind === 'list' ? step.pushes : step.kind === 'push' ? step : [],
  );
}

export function groupByCall(pushes: readonly PlannedPush[]): PlannedPush[][] {
  const groups = new Map<PlannedPush['call'], PlannedPush[]>();
  for (const push of pushes) groups.set(push.call, [...(groups.get(push.call) ?? []), push]);
  return [...groups.values()];
}

/** The receiver's own reading of a planned push. */
export function readingOf(push: PlannedPush): PushReading {
  const pathStage = stages.find((stage) => push.path.endsWith(`/${stage.replaceAll('_', '-')}`));
  const reading = readBody(Buffer.from(push.body), push.contentType, pathStage, intake);
  if ('code' in reading) throw new Error(`${reading.code}: ${push.body}`);
  if (isList(reading)) throw new Error(`a list: ${push.body}`);
  return reading;
}
