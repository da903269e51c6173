import type { Sentence } from './sentence.ts';
import { checkSentences } from './sentences/check.ts';
import { comparingSentences } from './sentences/comparing.ts';
import { definitionSentences } from './sentences/definition.ts';
import { faultSentences } from './sentences/faults.ts';
import { landingSentences } from './sentences/landing.ts';
import { mannersSentences } from './sentences/manners.ts';
import { matchingSentences } from './sentences/matching.ts';
import { sampleSentences } from './sentences/samples.ts';

/** The adapter contract, sentence by sentence. */
export const contractSentences: readonly Sentence[] = [
  ...definitionSentences,
  ...landingSentences,
  ...comparingSentences,
  ...matchingSentences,
  ...faultSentences,
  ...checkSentences,
  ...mannersSentences,
  ...sampleSentences,
];
