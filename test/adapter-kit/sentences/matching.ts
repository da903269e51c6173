import assert from 'node:assert/strict';
import { deliveryOf } from '../kit-deliveries.ts';
import { rehearse, type Rehearsal } from '../rehearsal.ts';
import type { Sentence } from '../sentence.ts';
import type { Delivery } from '../../../src/contract/delivery.ts';

export const matchingSentences: readonly Sentence[] = [
  {
    title: 'finds the person who has the number of a call, and links nobody else',
    skippedBecause: ({ searchesPeople }) => (searchesPeople ? undefined : 'it does not search for people'),
    run: (subject) =>
      rehearse(subject, async (rehearsal) => {
        const { standIn, land } = rehearsal;
        assert.ok(standIn.addPerson, 'The stand-in offers no addPerson');
        await standIn.addPerson('0491 570 110');
        // As people type the number of the samples.
        const caller = await standIn.addPerson('0491 570 006');
        const [known, unknown] = [deliveryOf('answered'), deliveryOf('outbound')];
        await land(known);
        await land(unknown);
        const found = await personOf(rehearsal, known);
        assert.equal(
          found,
          caller,
          `One person has the number, and the record belongs to ${found === undefined ? 'nobody' : 'another person'}`,
        );
        assert.equal(
          await personOf(rehearsal, unknown),
          undefined,
          'Nobody has the number, and the record belongs to a person',
        );
      }),
  },
];

async function personOf({ recordsOf }: Rehearsal, delivery: Delivery): Promise<string | undefined> {
  return (await recordsOf(delivery))[0]?.personId;
}
