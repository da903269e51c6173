import type { CallFields } from '../../domain/jet-fields.ts';
import { drawService } from './business.ts';
import { drawStatusWord, type CallClock, type CallScenario, type Moment } from './call-scenario.ts';
import { drawCaller } from './counterpart.ts';
import { fictionalMobiles, writeNumber } from './fictional-numbers.ts';
import {
  chooseInMenu,
  endAfter,
  ended,
  endRinging,
  forwarded,
  menuAnswers,
  person,
  queueAnswers,
  started,
} from './inbound-moment.ts';
import type { Random } from './random.ts';
import { drawWebSession } from '../web-session.ts';

/** Makes a call from the fields that are known at its start. */
type DrawScenario = (start: CallFields, random: Random, at: CallClock) => CallScenario;

const webSessionShare = 0.3;

const finishedScenarios: readonly (readonly [DrawScenario, number])[] = [
  [answeredDirectly, 34],
  [answeredAfterMenu, 20],
  [answeredAfterQueue, 10],
  [transferred, 6],
  [endCorrected, 4],
  [rangOut, 12],
  [rangOutAfterMenu, 4],
  [abandonedInQueue, 10],
  [endedAtOnce('busy'), 4],
  [endedAtOnce('failed'), 3],
  [endedWithoutKnownStatus, 2],
];

const openScenarios: readonly (readonly [DrawScenario, number])[] = [
  [stillRinging, 2],
  [stillInMenu, 1],
  [stillTalking, 2],
];

/**
 * Draws an inbound call from its start to its end.
 *
 * @param open true for a call that has not ended, so its end was not pushed
 */
export function drawInboundCall(random: Random, callId: string, open: boolean, at: CallClock): CallScenario {
  const start: CallFields = {
    call_session_id: callId,
    started_at: at(0),
    origin_number: drawCaller(random),
    ...drawService(random),
  };
  const scenario = random.weighted(open ? openScenarios : finishedScenarios)(start, random, at);
  if (open || !random.chance(webSessionShare)) return scenario;
  const web = drawWebSession(random);
  const moments = scenario.moments.map((moment) =>
    moment.stage === 'call_end' ? { ...moment, fields: { ...moment.fields, ...web } } : moment,
  );
  return { ...scenario, moments };
}

function answeredDirectly(start: CallFields, random: Random, at: CallClock): CallScenario {
  const answered = person(start, random, at, random.integer(1, 4));
  return inbound('answered', [started(start), answered, ended(answered.fields, random, at, answered.atMs)]);
}

function answeredAfterMenu(start: CallFields, random: Random, at: CallClock): CallScenario {
  const menu = menuAnswers(start, random, at);
  const keyed = { ...menu.fields, ...chooseInMenu(random) };
  const answered = person(keyed, random, at, random.integer(8, 30));
  const end = ended(answered.fields, random, at, answered.atMs);
  return inbound('answered', [started(start), menu, answered, end]);
}

function answeredAfterQueue(start: CallFields, random: Random, at: CallClock): CallScenario {
  const queue = queueAnswers(start, random, at);
  const answered = person(queue.fields, random, at, random.integer(10, 240));
  const end = ended(answered.fields, random, at, answered.atMs);
  return inbound('answered', [started(start), queue, answered, end]);
}

function transferred(start: CallFields, random: Random, at: CallClock): CallScenario {
  const first = person(start, random, at, random.integer(1, 4));
  const second = forwarded(first.fields, random, at, random.integer(40, 90));
  const end = ended(second.fields, random, at, second.atMs);
  return inbound('answered', [started(start), first, second, end]);
}

/** The end is pushed as abandoned, then again with the same end time and corrected values. */
function endCorrected(start: CallFields, random: Random, at: CallClock): CallScenario {
  const answered = person(start, random, at, random.integer(1, 4));
  const end = ended(answered.fields, random, at, answered.atMs);
  const wrong = {
    ...end.fields,
    dial_status: drawStatusWord('abandoned', random),
    duration_seconds: (end.fields.duration_seconds ?? 0) + 1,
  };
  const right = { ...end, fields: { ...end.fields, duration_seconds: wrong.duration_seconds + 1 } };
  const moments = [started(start), answered, { ...end, fields: wrong }, right];
  return { ...inbound('answered', moments), corrected: true };
}

function rangOut(start: CallFields, random: Random, at: CallClock): CallScenario {
  return inbound('missed', [started(start), endRinging(start, random, at, 2)]);
}

function rangOutAfterMenu(start: CallFields, random: Random, at: CallClock): CallScenario {
  const menu = menuAnswers(start, random, at);
  const keyed = { ...menu.fields, ...chooseInMenu(random) };
  return inbound('missed', [started(start), menu, endRinging(keyed, random, at, 15)]);
}

function abandonedInQueue(start: CallFields, random: Random, at: CallClock): CallScenario {
  const queue = queueAnswers(start, random, at);
  const fields = { ...queue.fields, dial_status: drawStatusWord('abandoned', random) };
  return inbound('abandoned', [started(start), queue, endAfter(fields, at, random.integer(15, 400))]);
}

function endedAtOnce(status: 'busy' | 'failed'): DrawScenario {
  return (start, random, at) => {
    const outside = writeNumber(random.pick(fictionalMobiles), random);
    const fields = {
      ...start,
      dial_widget_name: 'Divert to mobile',
      answering_point: outside,
      dial_time: at(2),
      dial_status: drawStatusWord(status, random),
    };
    return inbound(status, [started(start), endAfter(fields, at, random.integer(3, 8))]);
  };
}

function endedWithoutKnownStatus(start: CallFields, random: Random, at: CallClock): CallScenario {
  const fields = random.chance(0.5) ? start : { ...start, dial_status: 'TRANSFERRED' };
  return inbound('unknown', [started(start), endAfter(fields, at, random.integer(5, 60))]);
}

function stillRinging(start: CallFields): CallScenario {
  return inbound('in_progress', [started(start)]);
}

function stillInMenu(start: CallFields, random: Random, at: CallClock): CallScenario {
  const menu = menuAnswers(start, random, at);
  const fields = { ...menu.fields, dial_status: '' };
  return inbound('in_progress', [started(start), { ...menu, fields }]);
}

function stillTalking(start: CallFields, random: Random, at: CallClock): CallScenario {
  return inbound('answered', [started(start), person(start, random, at, 3)]);
}

function inbound(status: CallScenario['status'], moments: readonly Moment[]): CallScenario {
  return { direction: 'inbound', status, moments };
}
