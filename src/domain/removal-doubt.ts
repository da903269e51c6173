const dayMs = 86_400_000;
// Checks further apart than this are too old to confirm a doubt: the clock could have changed in between.
const checksApartMaxMs = 7 * dayMs;
// The largest difference that is expected between the clocks of two processes.
const clocksApartMs = 600_000;

/** The stored result of the previous checks. Times are epoch milliseconds of the receiver's clock. */
export interface RemovalMark {
  /** The clock at the last check that trusted it. */
  readonly seenMs: number;
  /** The last removal deleted calls with a latest push before this time. Undefined when there was none. */
  readonly beforeMs: number | undefined;
  readonly doubt: Doubt | undefined;
}

/** A removal that was postponed because it looked like a mistake. */
export interface Doubt {
  readonly sinceMs: number;
  readonly lastMs: number;
  /** The retention at that check. Undefined when calls are kept forever. */
  readonly keptMs: number | undefined;
}

/** The input of one check. */
export interface RemovalCheck {
  readonly nowMs: number;
  /** The retention: the age at which a call is removed. Undefined when calls are kept forever. */
  readonly keptMs: number | undefined;
  /** When the oldest push or refused body was received. Undefined when there is none. */
  readonly oldestMs: number | undefined;
  readonly mark: RemovalMark;
}

/** The result of one check. */
export interface Judgement {
  readonly mark: RemovalMark;
  /**
   * `clock`: the clock is more than a day ahead of the previous check, so nothing is removed. `share`: the removal would
   * delete more than one day of calls at once, so calls and refused bodies are kept.
   */
  readonly doubt: 'clock' | 'share' | undefined;
  /** When removal resumes, if later checks find the same. */
  readonly endsMs: number;
}

/**
 * Decides whether expired data can be removed now. A wrong clock or a mistyped retention makes everything look expired
 * at once, and a removal cannot be undone. So an unusually large step must still be there a day later.
 *
 * A clock that advances normally between checks is trusted, even when no push is received for a long time.
 * Why: docs/decisions/removal.md
 */
export function judgeRemoval({ nowMs, keptMs, oldestMs, mark }: RemovalCheck): Judgement {
  const beforeMs = keptMs === undefined ? undefined : nowMs - keptMs;
  const isClockAhead = nowMs - mark.seenMs > dayMs;
  const isLargeRemoval =
    beforeMs !== undefined &&
    oldestMs !== undefined &&
    oldestMs < beforeMs &&
    beforeMs - (mark.beforeMs ?? oldestMs) > dayMs;
  const noDoubt: Judgement = {
    mark: { seenMs: nowMs, beforeMs: beforeMs ?? mark.beforeMs, doubt: undefined },
    doubt: undefined,
    endsMs: nowMs,
  };
  if (!isClockAhead && !isLargeRemoval) return noDoubt;
  const sinceMs = sameDoubt(mark.doubt, nowMs, keptMs) ? mark.doubt.sinceMs : nowMs;
  if (nowMs - sinceMs >= dayMs) return noDoubt;
  return {
    mark: {
      seenMs: isClockAhead ? mark.seenMs : nowMs,
      beforeMs: mark.beforeMs,
      doubt: { sinceMs, lastMs: nowMs, keptMs },
    },
    doubt: isClockAhead ? 'clock' : 'share',
    endsMs: sinceMs + dayMs,
  };
}

/** True when the earlier doubt still applies. A new jump of the clock or a changed retention starts a new doubt. */
function sameDoubt(doubt: Doubt | undefined, nowMs: number, keptMs: number | undefined): doubt is Doubt {
  if (doubt === undefined) return false;
  const elapsedMs = nowMs - doubt.lastMs;
  return doubt.keptMs === keptMs && elapsedMs >= -clocksApartMs && elapsedMs <= checksApartMaxMs;
}
