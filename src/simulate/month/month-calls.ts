import { DateTime } from 'luxon';
import { foldCall, type CallRecord } from '../../domain/fold.ts';
import type { CallFields } from '../../domain/jet-fields.ts';
import type { Push } from '../../domain/push.ts';
import { createCallClock, type CallScenario } from '../traffic/call-scenario.ts';
import { drawLandline, fictionalMobiles } from '../traffic/fictional-numbers.ts';
import { drawInboundCall } from '../traffic/inbound-call.ts';
import { drawOutboundCall } from '../traffic/outbound-call.ts';
import { createRandom, type Random } from '../traffic/random.ts';
import { drawWebSession } from '../web-session.ts';
import { dayPlan, type DayPlan } from './day-plan.ts';

export interface MonthRequest {
  readonly seed: number;
  readonly days: number;
  /** Inbound calls of an ordinary working day at the beginning. */
  readonly callsADay: number;
  readonly nowMs: number;
  readonly timeZone: string;
}

const minuteMs = 60_000;
const knownCallerShare = 0.25;
const returnedShare = 0.55;
const triesAgainShare = 0.2;

/**
 * Invents the calls of some days, each as the receiver folds it. Receipt times follow from the calls' own times: each push
 * arrives within a second after the moment that it reports. The same request gives the same calls.
 */
export function* inventMonth(request: MonthRequest): Generator<CallRecord> {
  const random = createRandom(request.seed);
  const today = DateTime.fromMillis(request.nowMs, { zone: request.timeZone }).startOf('day');
  const callers: string[] = [];
  let number = 0;
  const nextId = (): string => `month-${request.seed.toString(36)}-${String((number += 1)).padStart(7, '0')}`;
  for (let index = 0; index < request.days; index += 1) {
    const day = today.minus({ days: request.days - 1 - index });
    const plan = dayPlan(index, day.weekday, request.callsADay, random);
    for (let call = 0; call < plan.calls; call += 1) {
      const startMs = startOf(day, plan, random);
      // The present day ends now.
      if (startMs > request.nowMs) continue;
      const caller = drawCaller(callers, random);
      const record = drawCall(nextId(), startMs, caller, plan, request, random);
      yield record;
      yield* followUp(record, caller, nextId, request, random);
    }
  }
}

function startOf(day: DateTime, { hours }: DayPlan, random: Random): number {
  const hour = random.weighted(hours.map((weight, index) => [index, weight] as const));
  return day.set({ hour, minute: random.integer(0, 59), second: random.integer(0, 59) }).toMillis();
}

function drawCaller(callers: string[], random: Random): string {
  if (callers.length > 50 && random.chance(knownCallerShare)) return random.pick(callers);
  const { national } = random.chance(0.1) ? random.pick(fictionalMobiles) : drawLandline(random);
  callers.push(national);
  return national;
}

function drawCall(
  id: string,
  startMs: number,
  caller: string,
  plan: DayPlan,
  { nowMs }: MonthRequest,
  random: Random,
): CallRecord {
  const clock = createCallClock(startMs, nowMs);
  let scenario = drawInboundCall(random, id, false, clock);
  // On a day with too few people, an answered call is often a missed one.
  if (scenario.status === 'answered' && random.chance(plan.understaffedShare))
    scenario = drawUntil(
      () => drawInboundCall(random, id, false, clock),
      ({ status }) => status === 'missed',
    );
  const web = drawWeb(plan, random);
  const isHidden = random.chance(0.05);
  return record(id, scenario, random, (fields, isEnd) => ({
    ...withoutWeb(fields),
    ...(isHidden ? { origin_number: 'anonymous' } : { origin_number: caller }),
    ...(web === undefined
      ? {}
      : { service_name: 'Website', service_group: 'Marketing', number_type: 'DIGITAL_ON_PAGE' }),
    ...(isEnd && web !== undefined && !plan.isTrackingBroken ? web : {}),
  }));
}

function drawUntil(draw: () => CallScenario, isRight: (scenario: CallScenario) => boolean): CallScenario {
  for (let tries = 0; tries < 100; tries += 1) {
    const scenario = draw();
    if (isRight(scenario)) return scenario;
  }
  return draw();
}

/** The web visit of a call; undefined for most. A campaign brings its own. */
function drawWeb({ webShare, campaign, campaignShare }: DayPlan, random: Random): CallFields | undefined {
  if (campaign !== undefined && random.chance(campaignShare)) {
    const visit = drawUntilPaid(random);
    return { ...visit, campaign, source: 'google', medium: 'cpc', channel: 'PAID' };
  }
  return random.chance(webShare) ? drawWebSession(random) : undefined;
}

function drawUntilPaid(random: Random): CallFields {
  for (;;) {
    const visit = drawWebSession(random);
    if (visit.channel === 'PAID') return visit;
  }
}

const webFields = [
  'session_id',
  'page_view_id',
  'tracking_site_code',
  'user_id',
  'attributes',
  'origin_session_id',
];
const visitFields = [
  'landing_page_keywords',
  'google_analytics_client_id',
  'referrer_url',
  'landing_page_url',
];
const adFields = [
  'channel',
  'source',
  'medium',
  'internal_referrer',
  'landing_page_domain',
  'referrer_domain',
];
const dropped = new Set([...webFields, ...visitFields, ...adFields, 'keywords', 'campaign', 'gclid']);

function withoutWeb(fields: CallFields): CallFields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !dropped.has(name)));
}

/** A missed caller is called back, tries again, or is forgotten. */
function* followUp(
  missed: CallRecord,
  caller: string,
  nextId: () => string,
  request: MonthRequest,
  random: Random,
): Generator<CallRecord> {
  const { ended_at: endedMs, dial_status: word, origin_number: origin } = missed.fields;
  if (endedMs === undefined || /^answer/i.test(word ?? '') || origin !== caller) return;
  if (random.chance(returnedShare)) {
    // Half within an hour, some only the next morning.
    const afterMs =
      random.weighted([
        [random.integer(2, 55), 5] as const,
        [random.integer(60, 300), 3],
        [random.integer(900, 2_000), 2],
      ]) * minuteMs;
    const startMs = endedMs + afterMs;
    if (startMs > request.nowMs) return;
    const scenario = drawOutboundCall(random, createCallClock(startMs, request.nowMs));
    yield record(nextId(), scenario, random, (fields) => ({ ...fields, called_number: caller }));
  } else if (random.chance(triesAgainShare)) {
    const startMs = endedMs + random.integer(1, 240) * minuteMs;
    if (startMs > request.nowMs) return;
    const id = nextId();
    const scenario = drawInboundCall(random, id, false, createCallClock(startMs, request.nowMs));
    yield record(id, scenario, random, (fields) => ({ ...withoutWeb(fields), origin_number: caller }));
  }
}

/** Folds the pushes of a scenario. Jet's pushes arrive within a second. */
function record(
  callId: string,
  { moments }: CallScenario,
  random: Random,
  change: (fields: CallFields, isEnd: boolean) => CallFields,
): CallRecord {
  const pushes = moments.map(({ stage, atMs, fields }, index): Push => {
    const changed = change(fields, stage === 'call_end' || stage === 'call_end_outbound');
    return {
      ...{ id: `${callId}-${index}`, callId, stage, contentHash: `${callId}-${index}`, extra: {} },
      receivedAtMs: Math.round(atMs) + random.integer(40, 900),
      fields: Object.fromEntries(Object.entries(changed).filter(([, value]) => value !== '')),
    };
  });
  return foldCall(pushes);
}
