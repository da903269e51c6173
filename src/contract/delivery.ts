import type { Call } from '../domain/call.ts';
import type { JsonValue } from '../domain/jet-fields.ts';

/**
 * Why the core delivers a call now.
 * - `first`: the call has not landed yet, as far as the store knows.
 * - `changed`: the call has landed, and a push changed it since.
 * - `revisit`: the adapter asked to look again (`revisitAfterMs`) after a landing or a skip. The call has not changed
 *   since. A revisit that ended in a retry stays one.
 * - `replay`: the revision that landed last is delivered again, because an operator asked.
 */
export type Visit = 'first' | 'changed' | 'revisit' | 'replay';

/** One task for the adapter: make the destination show this revision of this call. */
export interface Delivery {
  /** Identifies the delivery within its batch and in its outcome. */
  readonly id: string;
  /**
   * The same for every attempt and every revision of one call and adapter: 40 characters of `[a-z0-9-]`. Write it to a
   * field where the destination refuses duplicates, or where the adapter can look it up.
   */
  readonly idempotencyKey: string;
  /** The latest state of the call. It can be newer than the state that made the delivery due. */
  readonly call: Call;
  /**
   * Grows with every change of the call. The core never sends a revision older than the one that landed last. Where two
   * processes can write at the same time, let the destination compare revisions too.
   */
  readonly revision: number;
  readonly visit: Visit;
  /**
   * True when no more pushes are expected: the call has ended, or its end is overdue. The end is overdue after
   * `SETTLE_AFTER` without a push, or after 4 hours where the destination shows calls from their start.
   */
  readonly isOver: boolean;
  /**
   * 1 when no earlier attempt is known. After a landing it is 1 on the first attempt since the call changed.
   * Above 1, the outcome of an earlier attempt may be unknown: the call may have landed.
   */
  readonly attempt: number;
  /** The destination's id of the record, from an earlier `delivered`. Undefined: none is known. */
  readonly remoteId: string | undefined;
  /** The revision that landed last. Undefined: none is known. Never greater than `revision`. */
  readonly landedRevision: number | undefined;
  /**
   * The trace of the last landing: the adapter's record of what it wrote. It shows which fields people changed since.
   */
  readonly landedTrace: JsonValue | undefined;
}
