import { cutText, type Delivery } from '#contract';
import { callDetails, callTitle } from '#crm';

const subjectLengthMax = 255;
const noteLengthMax = 10_000;
const daySeconds = 86_400;

/** An activity of the type "call". */
export type Activity = ReturnType<typeof mapCall>;

/** Maps a call to an activity. It must be pure, so that `adapter:try` shows what is sent. */
export function mapCall({ call, idempotencyKey, isOver }: Delivery) {
  const seconds = call.duration_seconds ?? 0;
  const startedAt = new Date(call.started_at).toISOString();
  const details = callDetails(call).map(({ label, text }) => `${label}: ${text}`);
  return {
    type: 'call',
    subject: cutText(callTitle(call), subjectLengthMax),
    // Pipedrive keeps a date and a time in UTC, and a length in hours and minutes.
    due_date: startedAt.slice(0, 10),
    due_time: startedAt.slice(11, 16),
    duration: new Date(Math.min(seconds, daySeconds - 1) * 1000).toISOString().slice(11, 16),
    done: isOver ? 1 : 0,
    // An activity has no field for a key, so the note begins with the key, where a lookup reads it.
    note: cutText([idempotencyKey, `Seconds: ${seconds}`, ...details].join('\n'), noteLengthMax),
  };
}

/** The idempotency key of an activity's note. Undefined: somebody else wrote the note. */
export function keyOf(note: string): string | undefined {
  return /^jet-[a-z0-9]+(?=\n)/.exec(note)?.[0];
}
