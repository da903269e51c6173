import type { JsonValue } from '../jet-fields.ts';

/** The cached result of a search for one number at one destination. */
export interface LedgerEntry {
  /** The number in E.164. */
  readonly number: string;
  /** The data that the adapter needs about the record that was found. `null` when the search found none. */
  readonly record: JsonValue;
  /**
   * How long the entry is valid, in milliseconds. Use about a day for a record, because it can be merged or moved. Use
   * minutes for `null`, because somebody can create the contact at any time.
   */
  readonly validForMs: number;
}

/** A cache of search results by number. The core keeps one for each destination, so that most calls need no search. */
export interface Ledger {
  /** Looks up several numbers at once. A number missing from the answer has no valid entry and needs a search. */
  getMany(numbers: readonly string[]): Promise<ReadonlyMap<string, JsonValue>>;
  /** Stores entries, and replaces those of the same numbers. */
  putMany(entries: readonly LedgerEntry[]): Promise<void>;
  /** Removes the entries of numbers, for example when a record was deleted or merged. */
  forget(numbers: readonly string[]): Promise<void>;
}
