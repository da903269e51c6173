import { format, resolveConfig } from 'prettier';
import { describe, expect, it } from 'vitest';
import { contractSentences } from './contract-sentences.ts';
import type { MatchesFile } from './sentence.ts';
import type { AdapterSubject } from './subject.ts';

/**
 * Tests an adapter: each sentence of the contract is one test. A sentence that does not apply, or that the stand-in
 * cannot simulate, is skipped with its reason.
 * @param title for an adapter that is tested at several destinations; the adapter's name by default
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

/** `npx vitest run adapters/<name> -u` writes the file again. A person must review it. */
const matchesReviewedFile: MatchesFile = async (text, file) => {
  const options = await resolveConfig(file);
  await expect(await format(text, { ...options, filepath: file })).toMatchFileSnapshot(file);
};
