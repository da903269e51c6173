import { callStatus, type CallStatus, type StatusMap } from './call-status.ts';
import type { CallRecord, Direction } from './fold.ts';
import type { CallFields, JsonValue } from './jet-fields.ts';
import { localTime, type LocalTime } from './local-time.ts';
import { createPhoneReader, type PhoneReader, type PhoneSettings } from './phone-number.ts';
import { isFinalStage, type Stage } from './stage.ts';

/** What the operator's settings add to a call when it lands. */
export interface LandingSettings extends PhoneSettings {
  /** IANA name of the zone that local times are shown in. */
  readonly timeZone: string;
  readonly statusMap: StatusMap;
}

/**
 * A call as adapters see it: Jet's fields under our names, and what follows from them. Instants are epoch
 * milliseconds in UTC. A field that no push gave a value to is undefined.
 */
export interface Call extends CallFields {
  /** Jet's callsessionid; for an outbound call, one made from start, numbers and extension. 191 characters at most. */
  readonly call_id: string;
  readonly direction: Direction;
  /** The furthest push that came: after `call_end` or `call_end_outbound` nothing more is expected. */
  readonly stage: Stage;
  /** From `dial_status` alone. */
  readonly status: CallStatus;
  /** When the call started; without a readable start, when its first push came. */
  readonly started_at: number;
  /** True when no push named a readable start. */
  readonly started_at_estimated: boolean;
  /** IANA name of the zone of the local times. */
  readonly time_zone: string;
  /** What a clock in `time_zone` showed at the start; likewise below. */
  readonly started_at_local: LocalTime;
  readonly ended_at_local: LocalTime | undefined;
  readonly dial_time_local: LocalTime | undefined;
  readonly queued_time_local: LocalTime | undefined;
  /** `origin_number` as `+61…`, only when it can be read as a phone number; likewise below. */
  readonly origin_number_e164: string | undefined;
  readonly phone_number_e164: string | undefined;
  readonly called_number_e164: string | undefined;
  readonly calling_number_e164: string | undefined;
  /** The number to match a person by: the origin of an inbound call, the called number of an outbound one. */
  readonly counterpart_e164: string | undefined;
  /** True when an inbound caller hid the number, or none came. */
  readonly withheld: boolean;
  /** From the start until the answering point rang. */
  readonly wait_seconds: number | undefined;
  /** From entering the queue until the answering point rang. */
  readonly queue_seconds: number | undefined;
  /** When the answered push arrived: the nearest thing to an answer time that Jet sends. */
  readonly answer_received_at: number | undefined;
  readonly first_received_at: number;
  readonly last_received_at: number;
  /** Keys that Jet's page does not name, and values that could not be read, as they came. */
  readonly extra: Readonly<Record<string, JsonValue>>;
}

/**
 * Makes the function that completes a folded call with what the operator's settings say.
 * Why: docs/decisions/values-at-landing.md
 */
export function createCallCompleter(settings: LandingSettings): (record: CallRecord) => Call {
  const readPhone = createPhoneReader(settings);
  return (record) => completeCall(record, settings, readPhone);
}

function completeCall(record: CallRecord, settings: LandingSettings, readPhone: PhoneReader): Call {
  const { fields } = record;
  const startedAtMs = fields.started_at ?? record.firstReceivedAtMs;
  const local = (epochMs: number | undefined): LocalTime | undefined =>
    epochMs === undefined ? undefined : localTime(epochMs, settings.timeZone);
  const e164 = (text: string | undefined): string | undefined => readPhone(text).e164;
  const inbound = record.direction === 'inbound';
  const call: Omit<Call, keyof CallFields> & Pick<Call, 'started_at'> = {
    call_id: record.id,
    direction: record.direction,
    stage: record.stage,
    status: callStatus(fields.dial_status, isFinalStage(record.stage), settings.statusMap),
    started_at: startedAtMs,
    started_at_estimated: fields.started_at === undefined,
    time_zone: settings.timeZone,
    started_at_local: localTime(startedAtMs, settings.timeZone),
    ended_at_local: local(fields.ended_at),
    dial_time_local: local(fields.dial_time),
    queued_time_local: local(fields.queued_time),
    origin_number_e164: e164(fields.origin_number),
    phone_number_e164: e164(fields.phone_number),
    called_number_e164: e164(fields.called_number),
    calling_number_e164: e164(fields.calling_number),
    counterpart_e164: e164(inbound ? fields.origin_number : fields.called_number),
    withheld: inbound && readPhone(fields.origin_number).withheld,
    wait_seconds: secondsBetween(fields.started_at, fields.dial_time),
    queue_seconds: secondsBetween(fields.queued_time, fields.dial_time),
    answer_received_at: record.answerReceivedAtMs,
    first_received_at: record.firstReceivedAtMs,
    last_received_at: record.lastReceivedAtMs,
    extra: record.extra,
  };
  return Object.assign(call, fields);
}

/** Undefined when an end is missing, or when the later one lies before the earlier one: that is no wait. */
function secondsBetween(fromMs: number | undefined, toMs: number | undefined): number | undefined {
  if (fromMs === undefined || toMs === undefined || toMs < fromMs) return undefined;
  return Math.round((toMs - fromMs) / 1000);
}
