import { statusOfWord, type CallStatus, type StatusMap } from '../domain/call-status.ts';
import { jetFields, type CallFieldName, type CallFields } from '../domain/jet-fields.ts';

// Which stage and direction the fields of a push point to. Only values that could be read count.
// A bare key, a no-value word such as "N/A", zeros and unreadable text do not.

const inboundNumbers = ['origin_number', 'phone_number'] as const;
const inboundFields = ['call_session_id', ...inboundNumbers] as const;
const outboundFields = ['called_number', 'calling_number', 'calling_extension'] as const;
const answeredFields = jetFields.filter(({ list }) => list === 'answered').map(({ name }) => name);

// ANSWER is absent here because the answered push carries it too: it does not mean that the call has ended.
const finalStatuses: ReadonlySet<CallStatus | undefined> = new Set(['missed', 'abandoned', 'busy', 'failed']);

/**
 * Counts the facts that show that the call has ended. A duration of 0 s is not one: Jet can send it earlier.
 * Why: docs/decisions/liberal-intake.md
 */
export function endFacts(fields: CallFields, statusMap: StatusMap): number {
  return (
    Number(fields.ended_at !== undefined) +
    Number((fields.duration_seconds ?? 0) > 0) +
    Number(fields.dial_status !== undefined && finalStatuses.has(statusOfWord(fields.dial_status, statusMap)))
  );
}

/** Counts the facts that show that something answered the call. */
export function answeredFacts(fields: CallFields): number {
  return count(fields, answeredFields);
}

/** True when the push has at least one outbound field and no inbound field. */
export function isOutbound(fields: CallFields): boolean {
  return count(fields, outboundFields) > 0 && count(fields, inboundFields) === 0;
}

/**
 * True when the fields contradict the outbound path: two or more inbound fields, or an inbound number and no outbound
 * field.
 */
export function isInboundAgainstPath(fields: CallFields): boolean {
  if (count(fields, inboundFields) > 1) return true;
  return count(fields, inboundNumbers) > 0 && count(fields, outboundFields) === 0;
}

/** True when the push has both numbers that identify an inbound call without an id. The origin can be hidden. */
export function namesInbound(fields: CallFields): boolean {
  return fields.origin_number !== undefined && isEvidence(fields.phone_number);
}

function count(fields: CallFields, names: readonly CallFieldName[]): number {
  let filled = 0;
  for (const name of names) if (isEvidence(fields[name])) filled += 1;
  return filled;
}

/** Some senders write zeros where they have no value. */
function isEvidence(value: CallFields[CallFieldName]): boolean {
  return value !== undefined && !(typeof value === 'string' && /^[+(]?0[0\s().-]*$/.test(value));
}
