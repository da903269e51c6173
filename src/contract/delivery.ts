import type { Call } from '../domain/call.ts';
import type { JsonValue } from '../domain/jet-fields.ts';

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
  /** Grows with every change of the call. An older revision must never overwrite a newer one. */
  readonly revision: number;
  /**
   * 1 when nothing is known to have been tried before; after a landing, on the first attempt since the call changed.
   * Above 1 an earlier outcome may be unknown: it may have landed.
   */
  readonly attempt: number;
  /** True when the call's end never came and it lands as it is, `SETTLE_AFTER` after its last push. */
  readonly incomplete: boolean;
  /** The destination's id of the record, as an earlier `delivered` named it. Undefined: none is known. */
  readonly remoteId: string | undefined;
  /**
   * The revision that landed last. Undefined: none has, as far as is known. The same as `revision` when a late
   * match is looked for or somebody asked for a replay; greater never, but for a fault: then write nothing.
   */
  readonly landedRevision: number | undefined;
  /** The trace of the last landing: what the adapter wrote then, so that it can see what people changed since. */
  readonly landedTrace: JsonValue | undefined;
}
