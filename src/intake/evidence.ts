import { statusOfWord, type CallStatus, type StatusMap } from '../domain/call-status.ts';
import { jetFields, type CallFieldName, type CallFields } from '../domain/jet-fields.ts';

// What a push is evidence for. Only a value that was read counts: never a key, a mark for nothing or unread text.

const inboundFields = ['call_session_id', 'origin_number', 'phone_number'] as const;
const outboundFields = ['called_number', 'calling_number', 'calling_extension'] as const;
const answeredFields = jetFields.filter(({ list }) => list === 'answered').map(({ name }) => name);

// ANSWER comes with the answered push too, so it ends nothing.
const finalStatuses: ReadonlySet<CallStatus | undefined> = new Set(['missed', 'abandoned', 'busy', 'failed']);

/**
 * How many facts say that the call has ended. Zero seconds say it only beside an end time, which counts itself.
 * Why: docs/decisions/liberal-intake.md
 */
export function endFacts(fields: CallFields, statusMap: StatusMap): number {
  return (
    Number(fields.ended_at !== undefined) +
    Number((fields.duration_seconds ?? 0) > 0) +
    Number(fields.dial_status !== undefined && finalStatuses.has(statusOfWord(fields.dial_status, statusMap)))
  );
}

/** How many facts say that something answered the call. */
export function answeredFacts(fields: CallFields): number {
  return count(fields, answeredFields);
}

/** True when the fields alone say outbound: one of its fields, and none of an inbound call. */
export function isOutbound(fields: CallFields): boolean {
  return count(fields, outboundFields) > 0 && count(fields, inboundFields) === 0;
}

/**
 * True when the fields speak against the outbound path: several inbound fields, or one of its two numbers where no
 * outbound field stands beside it.
 */
export function isInboundAgainstPath(fields: CallFields): boolean {
  if (count(fields, inboundFields) > 1) return true;
  const hasInboundNumber = fields.origin_number !== undefined || fields.phone_number !== undefined;
  return hasInboundNumber && count(fields, outboundFields) === 0;
}

/** True when the call can be told apart as an inbound one without an id. */
export function namesInbound(fields: CallFields): boolean {
  return fields.origin_number !== undefined && fields.phone_number !== undefined;
}

function count(fields: CallFields, names: readonly CallFieldName[]): number {
  let filled = 0;
  for (const name of names) if (fields[name] !== undefined) filled += 1;
  return filled;
}
