import assert from 'node:assert/strict';
import { deliveryOf, revised } from '../kit-deliveries.ts';
import { rehearse } from '../rehearsal.ts';
import type { Sentence } from '../sentence.ts';
import { capabilitiesOf } from './landing.ts';

const signal = (): AbortSignal => AbortSignal.timeout(15_000);

/** What an adapter that can compare promises. The others compare nothing. */
export const comparingSentences: readonly Sentence[] = [
  {
    title: 'writes nothing when it compares a call that has not landed',
    run: (subject) =>
      rehearse(subject, async ({ adapter, standIn }) => {
        const comparison = await adapter().compare?.(deliveryOf('answered'), signal());
        const { length } = await standIn.records();
        assert.equal(length, 0, `It compared one call, and the destination has ${length} records`);
        if (comparison !== undefined) assert.notEqual(comparison.effect, 'unchanged');
      }),
  },
  {
    title: 'names the changed duration when it compares a later revision, and does not change the record',
    skippedBecause: (subject) => (capabilitiesOf(subject).updates ? undefined : 'it declares updates: false'),
    run: (subject) =>
      rehearse(subject, async ({ adapter, land, recordsOf }) => {
        const first = deliveryOf('answered', { duration_seconds: 192 });
        const later = revised(first, await land(first), { duration_seconds: 245 });
        const comparison = await adapter().compare?.(later, signal());
        const [record] = await recordsOf(first);
        assert.equal(record?.durationSeconds, 192, 'It compared a call, and the record changed');
        if (comparison === undefined) return;
        assert.equal(comparison.effect, 'update');
        const isNamed = comparison.fields.some(({ before, after }) => before !== after && /245/.test(after));
        assert.ok(isNamed, `The duration changed, and only ${JSON.stringify(comparison.fields)} is named`);
      }),
  },
];
