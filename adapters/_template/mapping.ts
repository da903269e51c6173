import { cutText, type Call } from '#contract';

// The longest text that the destination accepts. `cutText` never cuts a character in half.
const subjectLengthMax = 255;

/** A line of the file. */
export type Line = ReturnType<typeof mapCall>;

/**
 * Maps a call to the destination's fields. Change this file first. It must be pure, so that `adapter:try` shows what is
 * sent.
 */
export function mapCall(call: Call, key: string, revision: number) {
  const number = call.direction === 'inbound' ? call.origin_number : call.called_number;
  const caller = call.withheld
    ? 'a withheld number'
    : (call.counterpart_e164 ?? number ?? 'an unknown number');
  return {
    key,
    revision,
    subject: cutText(
      `${call.direction === 'inbound' ? 'Call from' : 'Call to'} ${caller} · ${call.status}`,
      subjectLengthMax,
    ),
    number: call.counterpart_e164 ?? null,
    status: call.status,
    // Local time in the operator's time zone, with its offset.
    started: `${call.started_at_local.text.replace(' ', 'T')}${call.started_at_local.offset}`,
    seconds: call.duration_seconds ?? null,
    service: call.service_name ?? null,
    answered_by: call.extension_name ?? call.answering_point ?? null,
    campaign: call.campaign ?? null,
    attributes: call.attributes ?? null,
  };
}
