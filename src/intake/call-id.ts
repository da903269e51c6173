import { hash } from 'node:crypto';
import type { CallFields, JsonValue } from '../domain/jet-fields.ts';

/** The most characters that an indexed column holds on every database. */
const callIdLengthMax = 191;

/**
 * The id of the call that a push belongs to: `callsessionid` as it came, or where there is none one made from
 * what tells outbound calls apart, so that the same push twice is the same call.
 *
 * @param present the fields that came with a value, readable or not
 * @returns undefined when the push names no call
 */
export function readCallId(fields: CallFields, present: ReadonlyMap<string, JsonValue>): string | undefined {
  const sessionId = fields.call_session_id;
  if (sessionId !== undefined) {
    return sessionId.length <= callIdLengthMax ? sessionId : `sha256-${sha256(sessionId)}`;
  }
  const start = fields.started_at ?? present.get('started_at');
  if (start === undefined || fields.called_number === undefined) return undefined;
  return `outbound-${sha256(
    JSON.stringify([
      start,
      digitsOf(fields.calling_number),
      digitsOf(fields.called_number),
      fields.calling_extension ?? '',
    ]),
  ).slice(0, 40)}`;
}

function digitsOf(text: string | undefined): string {
  return text?.replace(/\D/g, '') ?? '';
}

function sha256(text: string): string {
  return hash('sha256', text);
}
