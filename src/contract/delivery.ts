import type { Call } from '../domain/call.ts';
import type { JsonValue } from '../domain/jet-fields.ts';

/**
 * Why a call is handed in now.
 *
 * - `first`: it has not landed yet, as far as is known.
 * - `changed`: it has landed, and a push changed it since.
 * - `revisit`: the adapter asked to look again (`revisitAfterMs`), after a landing or a skip. Nothing changed since.
 * - `replay`: what landed last is handed in once more. An operator asked for it, or a revisit ended in a retry.
 */
export type Visit = 'first' | 'changed' | 'revisit' | 'replay';

/** One duty: make the destination show this revision of this call. */
export interface Delivery {
  /** Names the delivery within its batch, and in the outcome that answers it. */
  readonly id: string;
  /**
   * The same on every attempt and for every revision of one call and adapter: 40 characters of `[a-z0-9-]`. Put it
   * where the destination refuses a second one, or where it can be looked up.
   */
  readonly idempotencyKey: string;
  /** The call as it stands now, which may be further than when the delivery became due. */
  readonly call: Call;
  /**
   * Grows with every change of the call. The core never hands in a revision that is older than the one that landed
   * last. Where two processes can write at once, let the destination compare it as well.
   */
  readonly revision: number;
  readonly visit: Visit;
  /**
   * Nothing more is expected of the call: its end came, or is not waited for any longer. The latter means that no push
   * came for `SETTLE_AFTER`, or for 4 hours where the destination shows calls from their start.
   */
  readonly isOver: boolean;
  /**
   * 1 when nothing is known to have been tried before; after a landing, on the first attempt since the call changed.
   * Above 1 an earlier outcome may be unknown: it may have landed.
   */
  readonly attempt: number;
  /** The destination's id of the record, as an earlier `delivered` named it. Undefined: none is known. */
  readonly remoteId: string | undefined;
  /** The revision that landed last. Undefined: none has, as far as is known. Never greater than `revision`. */
  readonly landedRevision: number | undefined;
  /** The trace of the last landing: what the adapter wrote then, so that it can see what people changed since. */
  readonly landedTrace: JsonValue | undefined;
}
