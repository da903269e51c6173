import type { CallStatus } from '../../domain/call-status.ts';
import type { Direction } from '../../domain/fold.ts';
import type { CallFields } from '../../domain/jet-fields.ts';
import type { Stage } from '../../domain/stage.ts';
import type { Random } from './random.ts';

/** One invented call: what Jet would push about it, in the order in which it happened, and how it ends up. */
export interface CallStory {
  readonly direction: Direction;
  readonly status: CallStatus;
  readonly moments: readonly Moment[];
  /** Its last push corrects the one before, so the order of receipt counts. */
  readonly corrected?: boolean;
}

/** What one push tells, and when it would be sent. */
export interface Moment {
  readonly stage: Stage;
  readonly atMs: number;
  readonly fields: CallFields;
}

/** Gives the instant so many seconds after the start of the call, and no later than now. */
export type CallClock = (seconds: number) => number;

export function createCallClock(startMs: number, nowMs: number): CallClock {
  return (seconds) => Math.min(startMs + seconds * 1000, nowMs);
}

// Written out once more, apart from the receiver's own table: the plan must not take its answers from there.
const statusWords = {
  answered: ['ANSWER', 'ANSWERED', 'Answered', 'answer'],
  missed: ['UNANSWERED', 'NOANSWER', 'NO ANSWER', 'UNAVAILABLE'],
  abandoned: ['CANCEL', 'CANCELLED'],
  busy: ['BUSY', 'Busy'],
  failed: ['CHANUNAVAIL', 'CONGESTION', 'FAILED'],
} as const;

/** A dial status as Jet's report pages show it. */
export function drawStatusWord(status: keyof typeof statusWords, random: Random): string {
  return random.pick(statusWords[status]);
}
