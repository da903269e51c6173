import type { CallFields } from '../../domain/jet-fields.ts';

const startedAtMs = Date.UTC(2026, 10, 22, 1, 0, 0);

/**
 * Makes an answered inbound call that differs only in id and duration. All its pushes repeat the fields of the start.
 * Each push also has fields that no other push has.
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
