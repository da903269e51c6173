import { join } from 'node:path';
import { sampleKinds } from '../../../src/cli/adapter/sample-calls.ts';
import { deliveryOf, previewNowMs } from '../kit-deliveries.ts';
import { readConfig } from '../rehearsal.ts';
import type { Sentence } from '../sentence.ts';

export const sampleSentences: readonly Sentence[] = [
  {
    title: 'maps each sample call as samples.json shows it',
    run: async (subject, matchesFile) => {
      const { definition, folder } = subject;
      const config = readConfig(subject).adapters.get(definition.name) ?? {};
      const mapped = Object.fromEntries(
        sampleKinds.map((kind) => [kind, definition.preview(deliveryOf(kind), config, previewNowMs)]),
      );
      await matchesFile(JSON.stringify(mapped, null, 2), join(folder, 'samples.json'));
    },
  },
];
