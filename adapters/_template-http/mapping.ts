import { cutText, type Delivery } from '#contract';
import { callDetails, callTitle } from '#crm';

// The longest texts that the API accepts. `cutText` never cuts a character in half.
const subjectLengthMax = 255;
const noteLengthMax = 10_000;

/** A call as the API accepts it. */
export type CallRecord = ReturnType<typeof mapCall>;

/**
 * Maps a call to the API's fields. Change this file first. It must be pure, so that `adapter:try` shows what is sent.
 */
export function mapCall({ call, idempotencyKey, isOver }: Delivery) {
  const details = callDetails(call).map(({ label, text }) => `${label}: ${text}`);
  return {
    external_id: idempotencyKey,
    subject: cutText(callTitle(call), subjectLengthMax),
    number: call.counterpart_e164 ?? null,
    status: call.status,
    started_at: new Date(call.started_at).toISOString(),
    seconds: call.duration_seconds ?? null,
    is_done: isOver,
    note: cutText(details.join('\n'), noteLengthMax),
  };
}
