import type { CallFields } from '../../domain/jet-fields.ts';
import { drawAnsweringPoint, geoLabels, menuChoices, queues } from './business.ts';
import { fictionalMobiles, writeNumber } from './fictional-numbers.ts';
import { drawStatusWord, type CallClock, type Moment } from './call-scenario.ts';
import type { Random } from './random.ts';

// Each push repeats the known fields, as Jet's pushes do.

/** The start push. */
export function started(fields: CallFields): Moment {
  return { stage: 'call_start', atMs: fields.started_at ?? 0, fields };
}

/** A menu answers. Jet pushes this as an answer too. */
export function menuAnswers(start: CallFields, random: Random, at: CallClock): Moment {
  const fields = {
    ...start,
    dial_widget_name: 'Main menu',
    dial_status: drawStatusWord('answered', random),
    ...(random.chance(0.4) ? { geo_label: random.pick(geoLabels) } : {}),
  };
  return { stage: 'call_answered', atMs: at(2), fields };
}

/** The keys that the caller pressed. */
export function chooseInMenu(random: Random): CallFields {
  const choice = random.pick(menuChoices);
  return { ivr_prompts: choice.prompts, ivr_labels: choice.labels };
}

/** A queue answers. There is no dial status yet. */
export function queueAnswers(start: CallFields, random: Random, at: CallClock): Moment {
  const fields = { ...start, queue_name: random.pick(queues), queued_time: at(3) };
  return { stage: 'call_answered', atMs: at(3), fields };
}

/** A person answers. */
export function person(known: CallFields, random: Random, at: CallClock, rangAfter: number): Moment {
  const fields = {
    ...known,
    ...drawAnsweringPoint(random),
    dial_time: at(rangAfter),
    dial_status: drawStatusWord('answered', random),
  };
  return { stage: 'call_answered', atMs: at(rangAfter + random.integer(2, 20)), fields };
}

/** The call is forwarded to an outside number, which has no extension. */
export function forwarded(known: CallFields, random: Random, at: CallClock, dialledAfter: number): Moment {
  const fields = {
    ...known,
    answering_point: writeNumber(random.pick(fictionalMobiles), random),
    extension_number: '',
    extension_name: '',
    dial_time: at(dialledAfter),
    dial_status: drawStatusWord('answered', random),
  };
  return { stage: 'call_answered', atMs: at(dialledAfter + random.integer(2, 20)), fields };
}

/** The caller hangs up while a telephone rings. */
export function endRinging(known: CallFields, random: Random, at: CallClock, rangAfter: number): Moment {
  const fields = {
    ...known,
    ...drawAnsweringPoint(random),
    dial_time: at(rangAfter),
    dial_status: drawStatusWord('missed', random),
  };
  return endAfter(fields, at, rangAfter + random.integer(20, 45));
}

/** The end of a conversation. */
export function ended(known: CallFields, random: Random, at: CallClock, answeredMs: number): Moment {
  const answeredAfter = Math.ceil((answeredMs - at(0)) / 1000);
  return endAfter(known, at, answeredAfter + random.integer(15, 900));
}

/** The end, this many seconds after the start. */
export function endAfter(known: CallFields, at: CallClock, seconds: number): Moment {
  const endedMs = at(seconds);
  const duration = Math.round((endedMs - at(0)) / 1000);
  return {
    stage: 'call_end',
    atMs: endedMs,
    fields: { ...known, duration_seconds: duration, ended_at: endedMs },
  };
}
