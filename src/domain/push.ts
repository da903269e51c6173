import type { CallFields, JsonValue } from './jet-fields.ts';
import type { Stage } from './stage.ts';

/** One webhook request from Jet, after it was read. */
export interface Push {
  /** Our own id, made at receipt. Ids sort by the time of receipt. */
  readonly id: string;
  /** The id of the call. It is made at receipt, stored with the push and never recomputed. */
  readonly callId: string;
  readonly stage: Stage;
  /** SHA-256 (hex) of the stage and the content. Spacing and the order of keys do not change it. */
  readonly contentHash: string;
  readonly receivedAtMs: number;
  /** The fields that have a value. */
  readonly fields: CallFields;
  /** Unknown keys, repeated values of a field and unreadable values, each under the received key. */
  readonly extra: Readonly<Record<string, JsonValue>>;
}

/** A problem with a push that did not prevent storing it. */
export interface PushWarning {
  /** The received key. */
  readonly field: string;
  readonly code:
    | 'unreadable_time'
    | 'unreadable_duration'
    | 'unreadable_json'
    | 'not_text'
    | 'repeated_field'
    | 'replaced_characters'
    | 'unknown_status'
    | 'end_before_start'
    | 'too_long'
    | 'stage_from_fields'
    | 'decoded_as'
    | 'repaired'
    | 'id_derived'
    | 'id_reused'
    | 'call_removed'
    | 'call_full';
  /** The received value, cut to 100 characters. */
  readonly received: string;
  /** What was done with the value, as text for people. */
  readonly action: string;
}
