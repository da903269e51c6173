import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { subject as httpSubject } from '../../adapters/_template-http/test/subject.ts';
import { brokenAdapters } from './broken-adapters.ts';
import { contractSentences } from './contract-sentences.ts';
import { reference } from './reference/index.ts';
import { referenceSubject } from './reference/subject.ts';
import type { AdapterSubject } from './subject.ts';

/** The titles of the sentences that an adapter fails. The mapping is always the reference's. */
async function failedSentences(subject: AdapterSubject): Promise<string[]> {
  const failed = await Promise.all(
    contractSentences.map(async (sentence) => {
      if (sentence.skippedBecause?.(subject) !== undefined) return [];
      try {
        await sentence.run(subject, () => Promise.resolve());
        return [];
      } catch {
        return [sentence.title];
      }
    }),
  );
  return failed.flat();
}

describe('the adapter kit', () => {
  it('the adapter kit tests every sentence on the reference adapter or the HTTP template', () => {
    const skipped = contractSentences.filter(({ skippedBecause }) =>
      [referenceSubject, httpSubject].every((subject) => skippedBecause?.(subject) !== undefined),
    );
    expect(skipped).toEqual([]);
  });

  it('the adapter kit finds no fault in the reference adapter', async () => {
    expect(await failedSentences(referenceSubject)).toEqual([]);
  });

  it('the adapter kit gives each sentence a different title', () => {
    expect(new Set(contractSentences.map(({ title }) => title)).size).toBe(contractSentences.length);
  });

  it.concurrent.each(brokenAdapters.map((broken) => [broken.fault, broken] as const))(
    'the adapter kit catches an adapter that %s',
    async (_fault, { definition, caughtBy, subject = referenceSubject }) => {
      expect(await failedSentences({ ...subject, definition })).toEqual(caughtBy);
    },
  );

  it('the adapter kit catches an adapter of another contract version', async () => {
    const definition = { ...reference, contractVersion: 1 };
    expect(await failedSentences({ ...referenceSubject, definition })).toContain(
      "has its folder's name and this contract's version",
    );
  });

  it('the adapter kit catches a name that differs from the folder', async () => {
    const definition = { ...reference, name: 'another' };
    expect(await failedSentences({ ...referenceSubject, definition })).toEqual([
      "has its folder's name and this contract's version",
    ]);
  });

  it('the adapter kit catches settings that show a secret in their fault', async () => {
    const configSchema = z
      .object({ ...reference.configSchema.shape, REFERENCE_URL: z.string().optional() })
      .superRefine(({ REFERENCE_URL, REFERENCE_TOKEN }, context) => {
        if (REFERENCE_URL === undefined)
          context.addIssue({
            code: 'custom',
            path: ['REFERENCE_URL'],
            message: `goes with ${REFERENCE_TOKEN}`,
          });
      });
    const definition = { ...reference, configSchema } as unknown as AdapterSubject['definition'];
    expect(await failedSentences({ ...referenceSubject, definition })).toContain(
      'names a missing setting, and prints no secret with it',
    );
  });

  it('the adapter kit catches a preview that differs from what lands', async () => {
    const definition = { ...reference, preview: () => ({ seconds: 1 }) };
    expect(await failedSentences({ ...referenceSubject, definition })).toEqual([
      'lands what its preview shows',
    ]);
  });

  it('the adapter kit says what happened when an older revision replaced a newer one', async () => {
    const broken = brokenAdapters.find(
      ({ fault }) => fault === 'lets an older revision overwrite a newer one',
    );
    const sentence = contractSentences.find(({ title }) => title.startsWith('never lets an older revision'));
    const definition = broken?.definition ?? reference;
    await expect(sentence?.run({ ...referenceSubject, definition }, () => Promise.resolve())).rejects.toThrow(
      'An older revision replaced a newer one: 245 s became 192 s',
    );
  });

  it('the adapter kit skips by name the sentence on preview when a stand-in shows nothing', () => {
    const subject: AdapterSubject = { ...referenceSubject, showsNothing: true };
    const reasons = contractSentences.map((sentence) => sentence.skippedBecause?.(subject)).filter(Boolean);
    expect(reasons).toContain('the stand-in cannot show what a record holds');
  });

  it('the adapter kit catches a mapping that differs from the reviewed file', async () => {
    const sentence = contractSentences.find(({ title }) => title.includes('samples.json'));
    const differs = (): Promise<void> => Promise.reject(new Error('differs'));
    await expect(sentence?.run(referenceSubject, differs)).rejects.toThrow('differs');
  });

  it.each(referenceSubject.faults)(
    'the adapter kit skips by name the sentences that need %s when the stand-in cannot simulate it',
    (fault) => {
      const subject = {
        ...referenceSubject,
        faults: referenceSubject.faults.filter((name) => name !== fault),
      };
      const reasons = contractSentences.map((sentence) => sentence.skippedBecause?.(subject)).filter(Boolean);
      expect(reasons).toContain(`the stand-in cannot simulate ${fault}`);
    },
  );
});
