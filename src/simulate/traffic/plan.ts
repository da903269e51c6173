import { foldStatusWord, type CallStatus, type StatusMap } from '../../domain/call-status.ts';
import type { Direction } from '../../domain/fold.ts';
import type { CallFields } from '../../domain/jet-fields.ts';
import type { Stage } from '../../domain/stage.ts';
import { brokenBodies } from './broken-bodies.ts';
import { createCallClock, type CallClock, type CallScenario, type Moment } from './call-scenario.ts';
import { createDayCurve } from './day-curve.ts';
import { drawEnvelope, writeList, type Sendable } from './envelope.ts';
import { drawInboundCall } from './inbound-call.ts';
import { drawOutboundCall } from './outbound-call.ts';
import { createRandom, type Random } from './random.ts';
import { drawSpelling, writeBody } from './spelling.ts';

/** Everything that one run sends, in order, and the expected results. */
export interface Plan {
  /** The prefix of all ids of the run. */
  readonly runId: string;
  readonly calls: readonly PlannedCall[];
  readonly steps: readonly PlannedStep[];
}

export type PlannedStep = PlannedPush | PlannedList | PlannedBrokenBody;

export interface PlannedCall {
  /** The name in reports. */
  readonly name: string;
  /** Undefined when the receiver makes the id: for an outbound call and for a call without an id. */
  readonly callId: string | undefined;
  readonly direction: Direction;
  /** The last stage that is sent. */
  readonly stage: Stage;
  readonly status: CallStatus;
  readonly answering_point: string | undefined;
  readonly extension_number: string | undefined;
  readonly duration_seconds: number | undefined;
}

export interface PlannedPush extends Sendable {
  readonly kind: 'push';
  readonly call: PlannedCall;
  readonly path: string;
  readonly stage: Stage;
  /** The same push was sent before. */
  readonly repeat: boolean;
}

/** Several pushes of one call in one body. */
export interface PlannedList extends Sendable {
  readonly kind: 'list';
  readonly call: PlannedCall;
  readonly path: string;
  readonly pushes: readonly PlannedPush[];
}

export interface PlannedBrokenBody extends Sendable {
  readonly kind: 'broken';
  readonly name: string;
  readonly path: string;
}

const generalPath = '/webhooks/jet';
const outboundShare = 0.2;
const openShare = 0.015;
const disorderShare = 0.1;
const repeatShare = 0.05;
const listShare = 0.03;
const withoutIdShare = 0.03;
const openCallSeconds = 600;

/**
 * The same seed, number of calls and time give the same plan.
 *
 * @param statusMap the JET_STATUS_MAP of the receiver
 */
export function createPlan(
  seed: number,
  callCount: number,
  nowMs: number,
  statusMap: StatusMap = new Map(),
): Plan {
  const random = createRandom(seed);
  const runId = `sim-${seed.toString(36)}-${nowMs.toString(36)}`;
  const drawScenario = createScenarioSource(random, runId, nowMs);
  const calls: PlannedCall[] = [];
  const timed: { atMs: number; step: PlannedStep }[] = [];
  for (let number = 1; number <= callCount; number += 1) {
    const callId = `${runId}-${String(number).padStart(6, '0')}`;
    const scenario = drawScenario(callId);
    const call = plannedCall(scenario, callId, statusMap);
    calls.push(call);
    timed.push(...drawPushes(random, call, scenario));
  }
  timed.sort((a, b) => a.atMs - b.atMs);
  const steps = timed.map(({ step }) => step);
  for (const { name, body } of brokenBodies(runId)) {
    const path = random.pick([generalPath, `${generalPath}/call-end`]);
    steps.splice(random.integer(0, steps.length), 0, {
      ...{ kind: 'broken', name, path, body, contentType: 'application/json' },
    });
  }
  return { runId, calls, steps };
}

function createScenarioSource(
  random: Random,
  runId: string,
  nowMs: number,
): (callId: string) => CallScenario {
  const drawStartMs = createDayCurve(nowMs);
  const takenSeconds = new Set<number>();
  return (callId) => {
    // Only start and numbers distinguish calls without an id, so no two of them may start in the same second.
    const ownClock = (): CallClock => {
      let second = Math.floor(drawStartMs(random) / 1000);
      while (takenSeconds.has(second)) second -= 1;
      takenSeconds.add(second);
      return createCallClock(second * 1000, nowMs);
    };
    if (random.chance(outboundShare)) return drawOutboundCall(random, ownClock());
    if (random.chance(withoutIdShare)) return withoutId(drawInboundCall(random, callId, false, ownClock()));
    const open = random.chance(openShare);
    const startMs = open ? nowMs - random.integer(1, openCallSeconds) * 1000 : drawStartMs(random);
    return drawInboundCall(random, callId, open, createCallClock(startMs, nowMs));
  };
}

/** Removes the id of a call. The receiver then needs the caller's number to identify it. */
function withoutId(scenario: CallScenario): CallScenario {
  if (scenario.moments.some(({ fields }) => fields.origin_number === '')) return scenario;
  const moments = scenario.moments.map((moment) => {
    const fields = { ...moment.fields };
    delete fields.call_session_id;
    return { ...moment, fields };
  });
  return { ...scenario, moments };
}

function plannedCall(scenario: CallScenario, callId: string, statusMap: StatusMap): PlannedCall {
  const { direction, moments } = scenario;
  const words = moments.map(({ fields }) => fields.dial_status ?? '');
  const status =
    statusMap.get(foldStatusWord(words.findLast((word) => word !== '') ?? '')) ?? scenario.status;
  const { stage, fields } = moments.at(-1) as Moment;
  const hasId = fields.call_session_id !== undefined;
  return {
    name: hasId ? callId : `${callId} (${direction === 'outbound' ? 'outbound' : 'without an id'})`,
    callId: hasId ? callId : undefined,
    direction,
    stage,
    status,
    answering_point: textOf(fields, 'answering_point'),
    extension_number: textOf(fields, 'extension_number'),
    duration_seconds: fields.duration_seconds,
  };
}

function textOf(fields: CallFields, name: 'answering_point' | 'extension_number'): string | undefined {
  return fields[name] === '' ? undefined : fields[name];
}

function drawPushes(
  random: Random,
  call: PlannedCall,
  { direction, moments, corrected = false }: CallScenario,
): { atMs: number; step: PlannedStep }[] {
  const spelling = drawSpelling(random, direction);
  if (moments.length > 1 && random.chance(listShare)) {
    return [drawList(random, call, moments, (fields) => writeBody(fields, direction, spelling))];
  }
  const envelope = drawEnvelope(random);
  const order = random.chance(disorderShare) && !corrected ? disordered(random, moments) : moments;
  return order.flatMap(({ stage, fields }, index) => {
    const { atMs } = moments[index] as Moment;
    const path = random.chance(0.5) ? generalPath : `${generalPath}/${stage.replaceAll('_', '-')}`;
    const sendable = envelope(writeBody(fields, direction, spelling));
    const first = { atMs, step: { kind: 'push', call, path, ...sendable, stage, repeat: false } } as const;
    if (!random.chance(repeatShare)) return [first];
    const repeat = { atMs: atMs + random.integer(1, 30) * 1000, step: { ...first.step, repeat: true } };
    return [first, repeat];
  });
}

/** All pushes of a call in one body, sent at the time of the last push. */
function drawList(
  random: Random,
  call: PlannedCall,
  moments: readonly Moment[],
  write: (fields: CallFields) => string,
): { atMs: number; step: PlannedList } {
  const pushes = moments.map(({ stage, fields }): PlannedPush => {
    const sendable = { body: write(fields), contentType: 'application/json' };
    return { kind: 'push', call, path: generalPath, ...sendable, stage, repeat: false };
  });
  const list = writeList(
    pushes.map(({ body }) => body),
    random,
  );
  const { atMs } = moments.at(-1) as Moment;
  return { atMs, step: { kind: 'list', call, path: generalPath, ...list, pushes } };
}

/** A different order, if there are at least two pushes. */
function disordered(random: Random, moments: readonly Moment[]): readonly Moment[] {
  if (moments.length < 2) return moments;
  const order = random.shuffled(moments);
  return order.every((moment, index) => moment === moments[index]) ? order.reverse() : order;
}
