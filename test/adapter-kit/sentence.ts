import type { AdapterSubject } from './subject.ts';

/** Compares a text with the reviewed file. The test runner supplies it. */
export type MatchesFile = (text: string, file: string) => Promise<void>;

/**
 * One statement of the contract, and its test. It is data, so that any runner can run it.
 * Why: docs/decisions/adapter-contract.md
 */
export interface Sentence {
  /** A plain fact about a correct adapter. */
  readonly title: string;
  /** Why the sentence does not apply to this adapter. Undefined: it applies. */
  readonly skippedBecause?: (subject: AdapterSubject) => string | undefined;
  /** Throws when the adapter breaks the sentence. */
  run(subject: AdapterSubject, matchesFile: MatchesFile): Promise<void>;
}
