import type { Call } from '../domain/call.ts';
import { isFinalStage } from '../domain/stage.ts';

/**
 * How long after its last push a call that is shown as it goes on counts as over: one that stays open for ever is
 * taken for work that is left to do. Milliseconds.
 */
export const liveEndsAfterMs = 4 * 3_600_000;

/** True when the end of a call that is shown as it goes on is not waited for any longer. */
export function isOverdue(call: Pick<Call, 'stage' | 'last_received_at'>, nowMs: number): boolean {
  return !isFinalStage(call.stage) && nowMs - call.last_received_at >= liveEndsAfterMs;
}
