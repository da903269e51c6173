/** The stages that a push can report. When pushes disagree, the later stage in this list wins. */
export const stages = ['call_start', 'call_answered', 'call_end', 'call_end_outbound'] as const;

export type Stage = (typeof stages)[number];

/** Gives the position of a stage in the list, 0 for the start. */
export function stageRank(stage: Stage): number {
  return stages.indexOf(stage);
}

/** True for the two stages that end a call. Jet sends no further push after them. */
export function isFinalStage(stage: Stage): boolean {
  return stage === 'call_end' || stage === 'call_end_outbound';
}

/**
 * How long after its last push a call without an end counts as ended. A destination that shows live calls would
 * otherwise show it as open forever.
 */
export const liveEndsAfterMs = 4 * 3_600_000;

/** True when a call has ended, or when no push was received for so long that it counts as ended. */
export function hasEnded(
  call: { readonly stage: Stage; readonly last_received_at: number },
  nowMs: number,
): boolean {
  return isFinalStage(call.stage) || nowMs - call.last_received_at >= liveEndsAfterMs;
}
