/** Which push of a call's life this is, in the order in which their content counts. */
export const stages = ['call_start', 'call_answered', 'call_end', 'call_end_outbound'] as const;

export type Stage = (typeof stages)[number];

/** Where a stage stands in a call's life: 0 for the start. */
export function stageRank(stage: Stage): number {
  return stages.indexOf(stage);
}

/** True for the two stages after which Jet sends nothing more about a call. */
export function isFinalStage(stage: Stage): boolean {
  return stage === 'call_end' || stage === 'call_end_outbound';
}

/**
 * How long after its last push a call that is shown as it goes on counts as over: a call that stays open for ever
 * looks like unfinished work. Milliseconds.
 */
export const liveEndsAfterMs = 4 * 3_600_000;

/** True when a call has ended, or when its end is not waited for any longer. */
export function hasEnded(
  call: { readonly stage: Stage; readonly last_received_at: number },
  nowMs: number,
): boolean {
  return isFinalStage(call.stage) || nowMs - call.last_received_at >= liveEndsAfterMs;
}
