import { hash } from 'node:crypto';
import type { CallFields, JsonValue } from '../domain/jet-fields.ts';
import type { NumberKey } from './number-key.ts';
import { namesInbound } from './evidence.ts';

/** The most characters that an indexed column holds on every database. */
const callIdLengthMax = 191;

/**
 * Gives the id of the call that a push belongs to. This is the received `callsessionid`, unchanged. A push without one
 * gets an id derived from its facts. For an inbound call, the facts are start, origin and service number. For an
 * outbound call, they are start, both numbers and the extension. Equal facts give the same id, whatever format the
 * numbers are in.
 *
 * @param present the fields that were received with a value, readable or not
 * @returns undefined when the push does not identify a call. `derived` is true for an inbound call without an id.
 */
export function readCallId(
  fields: CallFields,
  present: ReadonlyMap<string, JsonValue>,
  numberKey: NumberKey,
): { callId: string; derived: boolean } | undefined {
  const sessionId = fields.call_session_id;
  if (sessionId !== undefined) {
    const callId = sessionId.length <= callIdLengthMax ? sessionId : `sha256-${hash('sha256', sessionId)}`;
    return { callId, derived: false };
  }
  const start = fields.started_at ?? present.get('started_at');
  if (start === undefined) return undefined;
  if (namesInbound(fields)) {
    const facts = [start, keyOf(numberKey, fields.origin_number), keyOf(numberKey, fields.phone_number)];
    return { callId: `inbound-${shortHash(facts)}`, derived: true };
  }
  if (fields.called_number === undefined) return undefined;
  const facts = [
    start,
    keyOf(numberKey, fields.calling_number),
    keyOf(numberKey, fields.called_number),
    fields.calling_extension ?? '',
  ];
  return { callId: `outbound-${shortHash(facts)}`, derived: false };
}

function keyOf(numberKey: NumberKey, text: string | undefined): string {
  return text === undefined ? '' : numberKey(text);
}

function shortHash(facts: readonly JsonValue[]): string {
  return hash('sha256', JSON.stringify(facts)).slice(0, 40);
}
