import { format, resolveConfig } from 'prettier';
import { describe, expect, it } from 'vitest';
import { contractSentences } from './contract-sentences.ts';
import type { MatchesFile } from './sentence.ts';
import type { AdapterSubject } from './subject.ts';

/**
 * Examines an adapter: each sentence of the contract is one test. What cannot be asked of it, or cannot be staged
 * by its stand-in, is reported as skipped with its reason.
 *
 * @param title the adapter's name unless given, for an adapter that is examined at several destinations
 */
export function describeAdapterContract(subject: AdapterSubject, title = subject.definition.name): void {
  describe(`the adapter ${title}`, () => {
    for (const sentence of contractSentences) {
      const reason = sentence.skippedBecause?.(subject);
      if (reason === undefined) it(sentence.title, () => sentence.run(subject, matchesReviewedFile));
      else it.skip(`${sentence.title} (${reason})`);
    }
  });
}

/** `npx vitest run adapters/<name> -u` writes the file anew; a person reviews it. */
const matchesReviewedFile: MatchesFile = async (text, file) => {
  const options = await resolveConfig(file);
  await expect(await format(text, { ...options, filepath: file })).toMatchFileSnapshot(file);
};
