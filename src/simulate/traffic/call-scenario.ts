import type { CallStatus } from '../../domain/call-status.ts';
import type { Direction } from '../../domain/fold.ts';
import type { CallFields } from '../../domain/jet-fields.ts';
import type { Stage } from '../../domain/stage.ts';
import type { Random } from './random.ts';

/** One invented call: the pushes that Jet would send, in order, and the final state. */
export interface CallScenario {
  readonly direction: Direction;
  readonly status: CallStatus;
  readonly moments: readonly Moment[];
  /** The last push corrects the one before, so the order of receipt matters. */
  readonly corrected?: boolean;
}

/** The content and the time of one push. */
export interface Moment {
  readonly stage: Stage;
  readonly atMs: number;
  readonly fields: CallFields;
}

/** The time at this many seconds after the start of the call, but not later than now. */
export type CallClock = (seconds: number) => number;

export function createCallClock(startMs: number, nowMs: number): CallClock {
  return (seconds) => Math.min(startMs + seconds * 1000, nowMs);
}

// A separate copy of the receiver's table, so that a mistake in that table shows as a difference.
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
