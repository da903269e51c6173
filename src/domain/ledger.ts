import type { JsonValue } from './jet-fields.ts';

/** What is known of a number at one destination. */
export interface LedgerEntry {
  /** E.164; or 32 characters at most of the adapter's own, for what it wants to find again under no number. */
  readonly number: string;
  /** What the adapter needs to know of the record that was found. `null`: a search found none. */
  readonly record: JsonValue;
  /**
   * For how long this is taken for true. Milliseconds. Long for a record (a day: it may be merged or moved), short
   * for `null` (minutes: somebody may be making the contact now).
   */
  readonly validForMs: number;
}

/** What was found for which number: kept by the core, for one destination, so that most calls cost no search. */
export interface Ledger {
  /**
   * What is known of numbers, in one look-up. A number that is absent from the answer is not known, or not any
   * longer: search it.
   */
  getMany(numbers: readonly string[]): Promise<ReadonlyMap<string, JsonValue>>;
  /** Remembers, over what was known of the same numbers. */
  putMany(entries: readonly LedgerEntry[]): Promise<void>;
  /** Forgets numbers, when a record turns out to be gone or merged. */
  forget(numbers: readonly string[]): Promise<void>;
}
