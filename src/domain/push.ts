import type { CallFields, JsonValue } from './jet-fields.ts';
import type { Stage } from './stage.ts';

/** One webhook request from Jet, read. */
export interface Push {
  /** Ours, made at receipt; sorts by time of receipt. */
  readonly id: string;
  /** Which call it belongs to: made at receipt, stored with the push and never recomputed. */
  readonly callId: string;
  readonly stage: Stage;
  /** SHA-256 (hex) of the stage and of what the body says, whatever its spacing and order of keys. */
  readonly contentHash: string;
  readonly receivedAtMs: number;
  /** The fields that hold a value. */
  readonly fields: CallFields;
  /** Unknown keys, second values of one field and unreadable values, under the key that they came with. */
  readonly extra: Readonly<Record<string, JsonValue>>;
}

/** Something about a push that was not as expected. The push is stored all the same. */
export interface PushWarning {
  /** The key that it came under. */
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
  /** What came, cut to 100 characters. */
  readonly received: string;
  /** What was done with it, in words. */
  readonly action: string;
}
