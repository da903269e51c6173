import type { JsonValue } from '../jet-fields.ts';

/** Named notes of one adapter, for example a reason that `check` shows later. The core keeps them for each destination. */
export interface Notes {
  /** Returns the note of this name, or undefined when there is none or it has expired. */
  read(name: string): Promise<JsonValue | undefined>;
  /**
   * Stores a note, and replaces the one of the same name.
   * @param name at most 64 characters
   * @param validForMs how long the note is valid, in milliseconds
   */
  keep(name: string, value: JsonValue, validForMs: number): Promise<void>;
}
