import type { Delivery } from '#contract';

/** The API's fields for a call. */
export type ReferenceRecord = ReturnType<typeof mapCall>;

export function mapCall({ call, idempotencyKey, revision }: Delivery) {
  return {
    key: idempotencyKey,
    revision,
    number: call.counterpart_e164 ?? null,
    status: call.status,
    started_at: new Date(call.started_at).toISOString(),
    seconds: call.duration_seconds ?? null,
  };
}
