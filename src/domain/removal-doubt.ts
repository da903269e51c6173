const dayMs = 86_400_000;
// A doubt that nobody looked at for longer says nothing about the clock in between.
const looksApartMaxMs = 7 * dayMs;
// The most that the clocks of two processes may be apart.
const clocksApartMs = 600_000;

/** What the last looks found. Times are epoch milliseconds of the receiver's clock. */
export interface RemovalMark {
  /** The clock at the last look that believed it. */
  readonly seenMs: number;
  /** Calls whose latest push came before this were removed last. Undefined: none were. */
  readonly beforeMs: number | undefined;
  readonly doubt: Doubt | undefined;
}

export interface Doubt {
  readonly sinceMs: number;
  readonly lastMs: number;
  /** How old a call was to be removed then. Undefined: calls are kept. */
  readonly keptMs: number | undefined;
}

export interface Look {
  readonly nowMs: number;
  /** How old a call must be to be removed. Undefined: calls are kept. */
  readonly keptMs: number | undefined;
  /** When the oldest push or refused body came. Undefined: there is none. */
  readonly oldestMs: number | undefined;
  readonly mark: RemovalMark;
}

export interface Judgement {
  readonly mark: RemovalMark;
  /**
   * `clock`: the clock ran more than a day ahead of the last look, so nothing may be removed by it. `share`: more than a
   * day's share of calls would go at once, so calls and refused bodies stay.
   */
  readonly doubt: 'clock' | 'share' | undefined;
  /** When the doubt ends, if later looks find the same. */
  readonly endsMs: number;
}

/**
 * Decides whether what is past its time may be removed now. A clock that is set wrong makes everything old at once, and
 * so does a retention that was mistyped; neither can be undone. So a leap waits for a second look a day later.
 *
 * A clock that runs on from look to look is believed however long no push comes.
 * Why: docs/decisions/removal.md
 */
export function judgeRemoval({ nowMs, keptMs, oldestMs, mark }: Look): Judgement {
  const beforeMs = keptMs === undefined ? undefined : nowMs - keptMs;
  const leaps = nowMs - mark.seenMs > dayMs;
  const isShared =
    beforeMs !== undefined &&
    oldestMs !== undefined &&
    oldestMs < beforeMs &&
    beforeMs - (mark.beforeMs ?? oldestMs) > dayMs;
  const sure: Judgement = {
    mark: { seenMs: nowMs, beforeMs: beforeMs ?? mark.beforeMs, doubt: undefined },
    doubt: undefined,
    endsMs: nowMs,
  };
  if (!leaps && !isShared) return sure;
  const sinceMs = sameDoubt(mark.doubt, nowMs, keptMs) ? mark.doubt.sinceMs : nowMs;
  if (nowMs - sinceMs >= dayMs) return sure;
  return {
    mark: {
      seenMs: leaps ? mark.seenMs : nowMs,
      beforeMs: mark.beforeMs,
      doubt: { sinceMs, lastMs: nowMs, keptMs },
    },
    doubt: leaps ? 'clock' : 'share',
    endsMs: sinceMs + dayMs,
  };
}

/** A clock that leaps once more, or goes back, begins a doubt of its own; another retention does too. */
function sameDoubt(doubt: Doubt | undefined, nowMs: number, keptMs: number | undefined): doubt is Doubt {
  if (doubt === undefined) return false;
  const elapsedMs = nowMs - doubt.lastMs;
  return doubt.keptMs === keptMs && elapsedMs >= -clocksApartMs && elapsedMs <= looksApartMaxMs;
}
