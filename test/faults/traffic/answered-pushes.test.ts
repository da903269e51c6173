import { describe, expect, it } from 'vitest';
import { openCrm, type Crm, type CrmKind } from '../crms/crm.ts';
import { createAnsweredPushes, missingAtDestination, type StoredRow } from './answered-pushes.ts';
import { callPushes } from './traffic.ts';

const stored = (callId: string): StoredRow => ({ callId, stage: 'call_end' });
const due = new Map([['a', 2]]);

/** Writes to a CRM as an adapter does, and returns the faults that the record of answered pushes finds. */
async function written(
  kind: CrmKind,
  writes: readonly { readonly callId: string; readonly revision: number }[],
  rows: readonly StoredRow[],
): Promise<string[]> {
  const crm: Crm = await openCrm(kind);
  for (const { callId, revision } of writes) {
    const record = { key: crm.keyOf(callId), revision, seconds: 1 };
    await fetch(crm.settings[kind === 'merges' ? 'REFERENCE_URL' : 'LOOKUP_URL'] ?? '', {
      method: 'POST',
      body: JSON.stringify({ records: [record], merge: kind === 'merges' }),
    });
  }
  const callIds = rows.map(({ callId }) => callId);
  const found = missingAtDestination(rows, crm.landed(callIds), crm, due);
  await crm.close();
  return found;
}

describe('the record of answered pushes', () => {
  const once = { callId: 'a', revision: 2 };

  it('the record of answered pushes finds nothing when each call landed once in its due revision', async () => {
    expect(await written('creates', [once], [stored('a')])).toEqual([]);
    expect(await written('merges', [{ ...once, revision: 1 }, once], [stored('a')])).toEqual([]);
  });

  it('the record of answered pushes finds a call that landed twice', async () => {
    expect(await written('creates', [once, once], [stored('a')])).toEqual(['landed 2 times: a']);
  });

  it('the record of answered pushes finds a record that belongs to no call', async () => {
    const [difference] = await written('merges', [once, { callId: 'b', revision: 1 }], [stored('a')]);
    expect(difference).toMatch(/^landed but not stored: jet-/);
  });

  it('the record of answered pushes finds a call that is missing, and one that shows an older revision', async () => {
    expect(await written('merges', [], [stored('a')])).toEqual(['stored but not landed: a']);
    expect(await written('merges', [{ ...once, revision: 1 }], [stored('a')])).toEqual([
      'shows revision 1 instead of 2: a',
    ]);
  });

  it('the record of answered pushes finds a push that is not stored, that nobody sent, or that is stored twice', () => {
    const answers = createAnsweredPushes();
    const [, , end] = callPushes('a', 1);
    answers.record(end, 200);
    expect(answers.missingFrom([])).toEqual(['answered 2xx but not stored: a call_end']);
    expect(answers.missingFrom([stored('a'), stored('b')])).toEqual(['stored but never sent: b call_end']);
    expect(answers.missingFrom([stored('a'), stored('a')])).toEqual(['stored twice: 1 pushes']);
  });
});
