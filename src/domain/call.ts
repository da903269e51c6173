import { callStatus, type CallStatus, type StatusMap } from './call-status.ts';
import type { CallRecord, Direction } from './fold.ts';
import type { CallFields, JsonValue } from './jet-fields.ts';
import { localTime, type LocalTime } from './local-time.ts';
import { createPhoneReader, type PhoneReader, type PhoneSettings } from './phone-number.ts';
import { isFinalStage, type Stage } from './stage.ts';

/** The settings that complete a call before it is delivered. */
export interface LandingSettings extends PhoneSettings {
  /** IANA name of the time zone for local times. */
  readonly timeZone: string;
  readonly statusMap: StatusMap;
}

/**
 * A call as adapters see it: Jet's fields under our names, and values derived from them. Instants are epoch
 * milliseconds in UTC. A field is undefined when no push gave it a value.
 */
export interface Call extends CallFields {
  /** Jet's callsessionid. An outbound call has an id made from start, numbers and extension. At most 191 characters. */
  readonly call_id: string;
  readonly direction: Direction;
  /** The latest stage received. After `call_end` or `call_end_outbound` no further push is expected. */
  readonly stage: Stage;
  /** Derived from `dial_status` alone. */
  readonly status: CallStatus;
  /** The start of the call. Without a readable start, the time when the first push was received. */
  readonly started_at: number;
  /** True when no push had a readable start. */
  readonly started_at_estimated: boolean;
  /** IANA name of the time zone of the local times. */
  readonly time_zone: string;
  /** The start as local time in `time_zone`. The fields below are the same for other instants. */
  readonly started_at_local: LocalTime;
  readonly ended_at_local: LocalTime | undefined;
  readonly dial_time_local: LocalTime | undefined;
  readonly queued_time_local: LocalTime | undefined;
  /** `origin_number` as `+61…`, if it is a phone number. The fields below are the same for other numbers. */
  readonly origin_number_e164: string | undefined;
  readonly phone_number_e164: string | undefined;
  readonly called_number_e164: string | undefined;
  readonly calling_number_e164: string | undefined;
  /** The other party's number, which people are matched by: the origin if inbound, the called number if outbound. */
  readonly counterpart_e164: string | undefined;
  /** True when an inbound caller hid the number, or when Jet sent none. */
  readonly withheld: boolean;
  /** From the start until the answering point rang. */
  readonly wait_seconds: number | undefined;
  /** From entering the queue until the answering point rang. */
  readonly queue_seconds: number | undefined;
  /** When the answered push was received. Jet sends no answer time, and this is the closest to it. */
  readonly answer_received_at: number | undefined;
  readonly first_received_at: number;
  readonly last_received_at: number;
  /** Unknown keys and unreadable values, unchanged. */
  readonly extra: Readonly<Record<string, JsonValue>>;
}

/**
 * Creates the function that completes a folded call with the values that depend on settings.
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

/** Gives the seconds between two times; undefined when one is missing or they are in the wrong order. */
function secondsBetween(fromMs: number | undefined, toMs: number | undefined): number | undefined {
  if (fromMs === undefined || toMs === undefined || toMs < fromMs) return undefined;
  return Math.round((toMs - fromMs) / 1000);
}
