import type { AdapterSubject } from './subject.ts';

/** Compares a text with the reviewed file; how, is the test runner's. */
export type MatchesFile = (text: string, file: string) => Promise<void>;

/**
 * One statement of the contract, and how it is found true. Data, so that any runner can run it.
 * Why: docs/decisions/adapter-contract.md
 */
export interface Sentence {
  /** A plain fact about an adapter that is right. */
  readonly title: string;
  /** Why it cannot be asked of this adapter; undefined when it can. */
  readonly skippedBecause?: (subject: AdapterSubject) => string | undefined;
  /** Throws when the adapter is otherwise. */
  run(subject: AdapterSubject, matchesFile: MatchesFile): Promise<void>;
}
