import assert from 'node:assert/strict';
import { deliveryOf } from '../kit-deliveries.ts';
import { describe, rehearse, type Rehearsal } from '../rehearsal.ts';
import type { Sentence } from '../sentence.ts';
import type { Finding } from '../../../src/contract/adapter.ts';
import { cannotStage } from './faults.ts';

const patienceMs = 15_000;

export const checkSentences: readonly Sentence[] = [
  {
    title: 'finds no fault in a correct destination',
    run: (subject) =>
      rehearse(subject, async (rehearsal) => {
        const findings = await check(rehearsal);
        assert.ok(findings.length > 0, 'check returned no findings');
        const faults = findings.filter(({ level }) => level === 'fault').map(({ message }) => message);
        assert.deepEqual(faults, [], `check finds a fault in a correct destination: ${faults.join(' ')}`);
      }),
  },
  {
    title: 'shows refused credentials as a fault of check, with a remedy',
    skippedBecause: cannotStage('refused credentials'),
    run: (subject) =>
      rehearse(subject, async (rehearsal) => {
        await rehearsal.stage({ name: 'refused credentials' });
        const faults = (await check(rehearsal)).filter((finding) => finding.level === 'fault');
        assert.ok(faults.length > 0, 'check finds no fault');
        for (const { message, remedy } of faults) assert.ok(remedy, `check names no remedy for: ${message}`);
      }),
  },
  {
    title: 'writes nothing in check',
    run: (subject) =>
      rehearse(subject, async (rehearsal) => {
        const { land, standIn } = rehearsal;
        await check(rehearsal);
        assert.deepEqual(await standIn.records(), [], 'The check of an empty destination created records');
        await land(deliveryOf('answered'));
        const before = await standIn.records();
        await check(rehearsal);
        assert.deepEqual(await standIn.records(), before, 'check changed the records of the destination');
      }),
  },
];

async function check({ adapter }: Rehearsal): Promise<readonly Finding[]> {
  try {
    return await adapter().check(AbortSignal.timeout(patienceMs));
  } catch (error) {
    return assert.fail(`check threw ${describe(error)}, but it must return findings`);
  }
}
