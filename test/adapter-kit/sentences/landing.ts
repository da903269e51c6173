import assert from 'node:assert/strict';
import { capabilitiesUnder } from '../../../src/contract/adapter.ts';
import { again, batchOf, deliveryOf, revised } from '../kit-deliveries.ts';
import { assertOneEach, describe, readConfig, rehearse } from '../rehearsal.ts';
import type { Sentence } from '../sentence.ts';
import type { AdapterSubject } from '../subject.ts';

export const landingSentences: readonly Sentence[] = [
  {
    title: 'returns no outcome for an empty batch',
    run: (subject) =>
      rehearse(subject, async ({ deliver }) => {
        const { outcomes, threw } = await deliver([]);
        assert.equal(threw, undefined, `deliver threw: ${describe(threw)}`);
        assert.deepEqual(outcomes, []);
      }),
  },
  {
    title: 'answers each delivery exactly once, also in its largest batch',
    run: async (subject) => {
      for (const size of [2, capabilitiesOf(subject).batchSizeMax]) {
        await rehearse(subject, async ({ deliver }) => {
          const batch = batchOf(size);
          const { outcomes, threw } = await deliver(batch);
          assert.equal(threw, undefined, `deliver threw: ${describe(threw)}`);
          assertOneEach(outcomes, batch);
        });
      }
    },
  },
  {
    title: 'lands a call that has only its id',
    run: (subject) => landsOne(subject, 'minimal'),
  },
  {
    title: 'lands a call that has every field',
    run: (subject) => landsOne(subject, 'web-session'),
  },
  {
    title: 'lands what its preview shows',
    skippedBecause: ({ showsNothing }) =>
      showsNothing === true ? 'the stand-in cannot show what a record holds' : undefined,
    run: (subject) =>
      rehearse(subject, async ({ land, recordsOf, config }) => {
        const delivery = deliveryOf('web-session');
        const preview = subject.definition.preview(delivery, config, Date.now()) as Record<string, unknown>;
        await land(delivery);
        const [record] = await recordsOf(delivery);
        assert.ok(record?.shown, 'The stand-in shows nothing of the record; see AdapterSubject.showsNothing');
        for (const [name, value] of Object.entries(record.shown))
          assert.deepEqual(value, preview[name], `"${name}" landed differently from its preview`);
      }),
  },
  {
    title: 'leaves one record when the same key comes twice',
    skippedBecause: noIdempotency,
    run: (subject) =>
      rehearse(subject, async ({ land, restart, recordsOf }) => {
        const delivery = deliveryOf('answered');
        await land(delivery);
        await restart();
        await land(again(delivery));
        const { length } = await recordsOf(delivery);
        assert.equal(length, 1, `The same key came twice and left ${length} records`);
      }),
  },
  {
    title: 'updates the same record at a later revision',
    skippedBecause: noUpdates,
    run: (subject) =>
      rehearse(subject, async ({ land, recordsOf }) => {
        const first = deliveryOf('answered', { duration_seconds: 192 });
        const later = revised(first, await land(first), { duration_seconds: 245 });
        const [before] = await recordsOf(first);
        await land(later);
        const shown = (await recordsOf(later)).map(
          ({ remoteId, durationSeconds }) =>
            `record ${remoteId ?? '(no id)'} of ${durationSeconds ?? 'no'} s`,
        );
        assert.deepEqual(
          shown,
          [`record ${before?.remoteId ?? '(no id)'} of 245 s`],
          `A call of 192 s changed to 245 s, and the destination shows ${shown.join(' and ')}`,
        );
      }),
  },
  {
    title: 'never lets an older revision overwrite a newer one',
    skippedBecause: (subject) =>
      noUpdates(subject) ??
      (subject.comparesRevisions === true ? undefined : 'the destination does not compare revisions'),
    run: (subject) =>
      rehearse(subject, async ({ land, deliver, recordsOf }) => {
        const first = deliveryOf('answered', { duration_seconds: 120 });
        const older = revised(first, await land(first), { duration_seconds: 192 });
        const newer = {
          ...older,
          revision: older.revision + 1,
          call: { ...older.call, duration_seconds: 245 },
        };
        await land(newer);
        const secondsOf = async (): Promise<string> =>
          (await recordsOf(newer)).map(({ durationSeconds }) => `${durationSeconds ?? 'no'} s`).join(' and ');
        const before = await secondsOf();
        assert.equal(
          before,
          '245 s',
          `A newer revision of 245 s landed, and the destination shows ${before}`,
        );
        // A process that lost its lease writes late. It does not know of the newer landing.
        await deliver([older]);
        const after = await secondsOf();
        assert.equal(after, before, `An older revision replaced a newer one: ${before} became ${after}`);
      }),
  },
];

/** The capabilities under the sample settings. */
export function capabilitiesOf(subject: AdapterSubject): ReturnType<typeof capabilitiesUnder> {
  const { definition } = subject;
  return capabilitiesUnder(definition, readConfig(subject).adapters.get(definition.name) ?? {});
}

export function noIdempotency(subject: AdapterSubject): string | undefined {
  return capabilitiesOf(subject).idempotency === 'none' ? 'it declares idempotency: none' : undefined;
}

function noUpdates(subject: AdapterSubject): string | undefined {
  return capabilitiesOf(subject).updates ? undefined : 'it declares updates: false';
}

function landsOne(subject: AdapterSubject, kind: 'minimal' | 'web-session'): Promise<void> {
  return rehearse(subject, async ({ land, recordsOf }) => {
    const delivery = deliveryOf(kind);
    const { remoteId } = await land(delivery);
    const [record, ...more] = await recordsOf(delivery);
    assert.ok(record !== undefined, 'The adapter reports a landing, but there is no record');
    assert.equal(more.length, 0, 'There is more than one record');
    if (record.remoteId !== undefined)
      assert.equal(remoteId, record.remoteId, 'The outcome names another record');
  });
}
