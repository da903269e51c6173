import type { CallFields } from '../../domain/jet-fields.ts';

const startedAtMs = Date.UTC(2026, 10, 22, 1, 0, 0);

/**
 * The same answered inbound call each time, but for its id and its duration. Each push has fields that only this push
 * can have brought, beside those of the start that all of them repeat.
 */
export function answeredCall(
  callId: string,
  seconds: number,
): { readonly start: CallFields; readonly answered: CallFields; readonly end: CallFields } {
  const known: CallFields = {
    call_session_id: callId,
    started_at: startedAtMs,
    origin_number: '0491570006',
    phone_number: '1300975707',
  };
  return {
    start: { ...known, service_name: 'Sales' },
    answered: {
      ...known,
      answering_point: '0291234567',
      dial_time: startedAtMs + 5_000,
      queue_name: 'Front',
    },
    end: { ...known, dial_status: 'ANSWER', duration_seconds: seconds, ended_at: startedAtMs + 70_000 },
  };
}
