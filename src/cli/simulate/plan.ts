import { foldStatusWord, type CallStatus, type StatusMap } from '../../domain/call-status.ts';
import type { Direction } from '../../domain/fold.ts';
import type { Stage } from '../../domain/stage.ts';
import { brokenBodies } from './broken-bodies.ts';
import { createCallClock, type CallStory, type Moment } from './call-story.ts';
import { createDayCurve } from './day-curve.ts';
import { drawInboundCall } from './inbound-call.ts';
import { drawOutboundCall } from './outbound-call.ts';
import { createRandom, type Random } from './random.ts';
import { drawSpelling, writeBody } from './spelling.ts';

/** All that one run sends, in order, and what must come of it. */
export interface Plan {
  /** What all ids of the run begin with. */
  readonly runId: string;
  readonly calls: readonly PlannedCall[];
  readonly steps: readonly PlannedStep[];
}

export type PlannedStep = PlannedPush | PlannedBrokenBody;

export interface PlannedCall {
  /** What to call it in a report. */
  readonly name: string;
  /** Undefined for an outbound call: the receiver makes its id. */
  readonly callId: string | undefined;
  readonly direction: Direction;
  /** The furthest stage that is sent. */
  readonly stage: Stage;
  readonly status: CallStatus;
}

export interface PlannedPush {
  readonly kind: 'push';
  readonly call: PlannedCall;
  readonly path: string;
  readonly body: string;
  readonly stage: Stage;
  /** The same was sent before. */
  readonly repeat: boolean;
}

export interface PlannedBrokenBody {
  readonly kind: 'broken';
  readonly name: string;
  readonly path: string;
  readonly body: string;
}

const generalPath = '/webhooks/jet';
const outboundShare = 0.2;
const openShare = 0.015;
const disorderShare = 0.1;
const repeatShare = 0.05;
const openCallSeconds = 600;

/**
 * The same seed, number of calls and now give the same plan.
 *
 * @param statusMap words that the receiver reads in a way of its own
 */
export function createPlan(
  seed: number,
  callCount: number,
  nowMs: number,
  statusMap: StatusMap = new Map(),
): Plan {
  const random = createRandom(seed);
  const runId = `sim-${seed.toString(36)}-${nowMs.toString(36)}`;
  const drawStory = createStoryTeller(random, runId, nowMs);
  const calls: PlannedCall[] = [];
  const timed: { atMs: number; step: PlannedStep }[] = [];
  for (let number = 1; number <= callCount; number += 1) {
    const callId = `${runId}-${String(number).padStart(6, '0')}`;
    const story = drawStory(callId);
    const call = plannedCall(story, callId, statusMap);
    calls.push(call);
    timed.push(...drawPushes(random, call, story));
  }
  timed.sort((a, b) => a.atMs - b.atMs);
  const steps = timed.map(({ step }) => step);
  for (const { name, body } of brokenBodies(runId)) {
    const path = random.pick([generalPath, `${generalPath}/call-end`]);
    steps.splice(random.integer(0, steps.length), 0, { kind: 'broken', name, path, body });
  }
  return { runId, calls, steps };
}

function createStoryTeller(random: Random, runId: string, nowMs: number): (callId: string) => CallStory {
  const drawStartMs = createDayCurve(nowMs);
  const outboundSeconds = new Set<number>();
  return (callId) => {
    if (random.chance(outboundShare)) {
      // Start and numbers are all that tells two outbound calls apart: no two here start in the same second.
      let second = Math.floor(drawStartMs(random) / 1000);
      while (outboundSeconds.has(second)) second -= 1;
      outboundSeconds.add(second);
      return drawOutboundCall(random, createCallClock(second * 1000, nowMs));
    }
    const open = random.chance(openShare);
    const startMs = open ? nowMs - random.integer(1, openCallSeconds) * 1000 : drawStartMs(random);
    return drawInboundCall(random, callId, open, createCallClock(startMs, nowMs));
  };
}

function plannedCall(story: CallStory, callId: string, statusMap: StatusMap): PlannedCall {
  const { direction, moments } = story;
  const words = moments.map(({ fields }) => fields.dial_status ?? '');
  const status = statusMap.get(foldStatusWord(words.findLast((word) => word !== '') ?? '')) ?? story.status;
  const inbound = direction === 'inbound';
  return {
    name: inbound ? callId : `${callId} (outbound)`,
    callId: inbound ? callId : undefined,
    direction,
    stage: (moments.at(-1) as Moment).stage,
    status,
  };
}

function drawPushes(
  random: Random,
  call: PlannedCall,
  { direction, moments }: CallStory,
): { atMs: number; step: PlannedPush }[] {
  const spelling = drawSpelling(random, direction);
  const order = random.chance(disorderShare) ? disordered(random, moments) : moments;
  return order.flatMap(({ stage, fields }, index) => {
    const { atMs } = moments[index] as Moment;
    const path = random.chance(0.5) ? generalPath : `${generalPath}/${stage.replaceAll('_', '-')}`;
    const body = writeBody(fields, direction, spelling);
    const first = { atMs, step: { kind: 'push', call, path, body, stage, repeat: false } } as const;
    if (!random.chance(repeatShare)) return [first];
    const repeat = { atMs: atMs + random.integer(1, 30) * 1000, step: { ...first.step, repeat: true } };
    return [first, repeat];
  });
}

/** Another order than the one that it had, where there is one. */
function disordered(random: Random, moments: readonly Moment[]): readonly Moment[] {
  if (moments.length < 2) return moments;
  const order = random.shuffled(moments);
  return order.every((moment, index) => moment === moments[index]) ? order.reverse() : order;
}
