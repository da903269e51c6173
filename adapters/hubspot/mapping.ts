import { cutText, isFinalStage, type Call, type CallStatus, type Delivery } from '#contract';
import { callDetails, callTitle, mappedValues, type FieldMapping, type MappedValue } from '#crm';
import { callKey, type Properties } from './check/properties.ts';

const titleLengthMax = 255;
const detailLengthMax = 2_000;
// The longest text that HubSpot accepts in one property.
const textLengthMax = 65_000;

/** The options of properties with a fixed list. */
export interface CallChoices {
  readonly statuses: ReadonlySet<string>;
  /** The id of each disposition, by its label in lower case. */
  readonly dispositions: ReadonlyMap<string, string>;
}

/** The options of every new portal. */
export const usualChoices: CallChoices = {
  statuses: new Set([
    'BUSY',
    'CALLING_CRM_USER',
    'CANCELED',
    'COMPLETED',
    'CONNECTING',
    'FAILED',
    'IN_PROGRESS',
    'NO_ANSWER',
    'QUEUED',
    'RINGING',
  ]),
  dispositions: new Map([
    ['busy', '9d9162e7-6cf3-4944-bf63-4dff82258764'],
    ['connected', 'f240bbac-87c9-4f6e-bf70-924b57d47db7'],
    ['no answer', '73a0d17f-1163-4015-bdd5-ec830791da20'],
  ]),
};

/**
 * Maps a call to HubSpot's properties. Change this file first. It must be pure. The owner is added elsewhere.
 * @param mappings `HUBSPOT_FIELDS`
 */
export function mapCall(
  { call, idempotencyKey, isOver }: Pick<Delivery, 'call' | 'idempotencyKey' | 'isOver'>,
  mappings: readonly FieldMapping[],
  choices: CallChoices = usualChoices,
): Properties {
  const inbound = call.direction === 'inbound';
  const properties: Record<string, string | undefined> = {
    ...fieldsOf(call, mappings),
    [callKey]: idempotencyKey,
    hs_timestamp: new Date(call.started_at).toISOString(),
    hs_call_title: cutText(callTitle(call), titleLengthMax),
    hs_call_body: bodyOf(call, isOver),
    hs_call_direction: inbound ? 'INBOUND' : 'OUTBOUND',
    hs_call_status: statusOf(call, isOver, choices),
    hs_call_disposition: dispositionOf(call.status, choices),
    // HubSpot counts in milliseconds.
    hs_call_duration: call.duration_seconds === undefined ? undefined : String(call.duration_seconds * 1000),
    hs_call_from_number: inbound
      ? (call.origin_number_e164 ?? (call.withheld ? undefined : call.origin_number))
      : (call.calling_number_e164 ?? call.calling_number),
    hs_call_to_number: inbound
      ? (call.phone_number_e164 ?? call.phone_number)
      : (call.called_number_e164 ?? call.called_number),
  };
  return Object.fromEntries(
    Object.entries(properties).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

const endedStatus: Readonly<Partial<Record<CallStatus, string>>> = {
  answered: 'COMPLETED',
  missed: 'NO_ANSWER',
  abandoned: 'CANCELED',
  busy: 'BUSY',
  failed: 'FAILED',
};

/** No status for a call whose end or result never came. */
function statusOf(call: Call, isOver: boolean, { statuses }: CallChoices): string | undefined {
  let status: string | undefined;
  if (call.status === 'in_progress') {
    if (!isOver) status = call.stage === 'call_start' ? 'RINGING' : 'IN_PROGRESS';
  } else if (call.status === 'missed' && call.direction === 'inbound' && statuses.has('MISSED')) {
    status = 'MISSED';
  } else if (isOver) {
    status = endedStatus[call.status];
  } else {
    status = 'IN_PROGRESS';
  }
  return status !== undefined && statuses.has(status) ? status : undefined;
}

const dispositionLabel: Readonly<Partial<Record<CallStatus, string>>> = {
  answered: 'connected',
  missed: 'no answer',
  abandoned: 'no answer',
  busy: 'busy',
};

function dispositionOf(status: CallStatus, { dispositions }: CallChoices): string | undefined {
  const label = dispositionLabel[status];
  if (label === undefined) return undefined;
  const usual = usualChoices.dispositions.get(label);
  // A portal can rename a disposition, but its id stays.
  return [...dispositions.values()].find((id) => id === usual) ?? dispositions.get(label);
}

function bodyOf(call: Call, isOver: boolean): string {
  const lines = callDetails(call, isOver && !isFinalStage(call.stage)).map(
    ({ label, text }) =>
      `<p><strong>${escaped(label)}:</strong> ${escaped(cutText(text, detailLengthMax))}</p>`,
  );
  while (lines.join('').length > textLengthMax) lines.pop();
  return lines.join('');
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

function fieldsOf(call: Call, mappings: readonly FieldMapping[]): Record<string, string> {
  return Object.fromEntries([...mappedValues(call, mappings)].map(([name, value]) => [name, textOf(value)]));
}

function textOf({ kind, value }: MappedValue): string {
  if (kind === 'instant') return new Date(value).toISOString();
  return cutText(String(value), textLengthMax);
}
