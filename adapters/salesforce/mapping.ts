import { cutText, isFinalStage, type Call, type Delivery } from '#contract';
import {
  callDetails,
  callTitle,
  counterpartToSearch,
  mappedValues,
  ownerOf,
  type Fields,
  type FieldValue,
  type MappedValue,
} from '#crm';
import type { SalesforceConfig } from './config.ts';
import { keyField } from './tasks/task-fields.ts';

// Salesforce refuses longer texts instead of cutting them.
const textLengthMax = 255;
/** The length of a Long Text Area, the longest kind of field. */
const longTextLengthMax = 131_072;
const descriptionLengthMax = 32_000;
const secondsMax = 99_999_999;

/**
 * Maps a call to the fields of a Task. Change this file first. It must be pure, so that `adapter:try` shows what is
 * sent.
 */
export function mapTask(delivery: Delivery, config: SalesforceConfig): Fields {
  const { call, isOver } = delivery;
  const details = callDetails(call, isOver && !isFinalStage(call.stage)).map(
    ({ label, text }) => `${label}: ${text}`,
  );
  const owner = ownerOf(call, config.SALESFORCE_OWNERS)?.owner;
  return withoutEmpty({
    ...(config.SALESFORCE_KEY === 'field' && { [keyField]: taskKey(delivery) }),
    CallObject: callObject(delivery),
    TaskSubtype: 'Call',
    Subject: text(callTitle(call), textLengthMax),
    Status: isOver ? config.SALESFORCE_STATUS_CLOSED : config.SALESFORCE_STATUS_OPEN,
    Priority: 'Normal',
    CallType: callType(call),
    CallDurationInSeconds: Math.min(call.duration_seconds ?? NaN, secondsMax),
    CallDisposition: disposition(call),
    // The day in the business's time zone. The field holds no time.
    ActivityDate: call.started_at_local.date,
    Description: text(details.join('\n'), descriptionLengthMax),
    ...(owner !== undefined && isUserId(owner) && { OwnerId: owner }),
    ...customFields(call, config),
  });
}

/** The fields that always follow the call, even after people changed them: the outcome of the call. */
export function outcomeFields(config: SalesforceConfig): ReadonlySet<string> {
  const outcome = new Set<string>([
    'stage',
    'status',
    'dial_status',
    'duration_seconds',
    'ended_at',
    'ended_at_local',
    'wait_seconds',
    'queue_seconds',
  ]);
  const mapped = config.SALESFORCE_FIELDS.filter(({ ours }) => outcome.has(ours)).map(({ theirs }) => theirs);
  return new Set(['Status', 'CallDurationInSeconds', ...mapped]);
}

/**
 * The unique key of a Task: the call's own id, so that reports can be joined. An id with unusual characters is replaced
 * by the idempotency key.
 */
export function taskKey({ call, idempotencyKey }: Delivery): string {
  return /^[\x21-\x7e]{1,191}$/.test(call.call_id) ? call.call_id : idempotencyKey;
}

/** The same key, in a form for the field Call Object, which every org has. */
export function callObject(delivery: Delivery): string {
  return `jet:${taskKey(delivery)}`;
}

/** True for the id of a user, of 15 or 18 characters. */
export function isUserId(text: string): boolean {
  return /^005[A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?$/.test(text);
}

function callType(call: Call): string {
  if (counterpartToSearch(call, new Set()).rule === 'internal') return 'Internal';
  return call.direction === 'inbound' ? 'Inbound' : 'Outbound';
}

function disposition({ status }: Call): string {
  const words = status.replace('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function customFields(call: Call, { SALESFORCE_FIELDS: mappings }: SalesforceConfig): Fields {
  return Object.fromEntries(
    [...mappedValues(call, mappings)].map(([field, value]) => [field, fieldValue(value)]),
  );
}

function fieldValue(mapped: MappedValue): FieldValue {
  switch (mapped.kind) {
    case 'text':
      // field-lengths.ts cuts the text further when the length of its field is known.
      return text(mapped.value, longTextLengthMax);
    case 'instant':
      // Salesforce keeps whole seconds, so a fraction would come back changed and look like somebody's edit.
      return new Date(Math.floor(mapped.value / 1000) * 1000).toISOString();
    default:
      return mapped.value;
  }
}

/** Salesforce trims texts. A text that is trimmed before it is sent comes back unchanged. */
function text(value: string, lengthMax: number): string {
  return cutText(value.trim(), lengthMax).trim();
}

function withoutEmpty(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== '' && !Number.isNaN(value)),
  );
}
