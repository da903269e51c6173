import { describe, expect, it } from 'vitest';
import { annsNumber, callFrom, openOrg, traceOf } from './org-under-test.ts';

const key = 'Task.Jet_Call_Session_Id__c';
const hidden = 'duplicate value found: <unknown> duplicates value on record with id: <unknown>';

describe('a task that Salesforce refuses as a duplicate', () => {
  it('a duplicate of another unique field does not change the record that the error names, and is set aside in the end', async () => {
    const { org, deliver } = await openOrg();
    const theirs = org.add('Task', {
      Subject: 'Mine',
      Status: 'Not Started',
      Priority: 'High',
      CallDisposition: 'hot',
    });
    const message = `duplicate value found: Vendor_Id__c duplicates value on record with id: ${theirs.slice(0, 15)}`;
    org.stage({ name: 'item refused', statusCode: 'DUPLICATE_VALUE', message }, { on: 'create', times: 2 });
    expect(await deliver([callFrom(annsNumber)])).toMatchObject([{ kind: 'retry' }]);
    expect(await deliver([{ ...callFrom(annsNumber), attempt: 4 }])).toMatchObject([{ kind: 'rejected' }]);
    expect(org.record(theirs)).toMatchObject({ Status: 'Not Started', CallDisposition: 'hot' });
  });

  it('a call id that differs only in case does not change the other call, and gives a remedy', async () => {
    const { org, land, deliver, task } = await openOrg(
      {},
      { fieldChanges: { [key]: { caseSensitive: false } } },
    );
    await land(callFrom(annsNumber, { duration_seconds: 5 }, 'AbC'));
    const second = callFrom('+61491570110', { duration_seconds: 50 }, 'aBc');
    const remedy = expect.stringContaining('case sensitive') as string;
    expect(await deliver([second])).toMatchObject([{ kind: 'rejected', code: 'duplicate_value', remedy }]);
    expect(org.records('Task')).toHaveLength(1);
    expect(task()).toMatchObject({ CallDurationInSeconds: 5 });
  });

  it('a duplicate is retried, and later set aside with a remedy, when Salesforce never returns the first task', async () => {
    const { org, deliver } = await openOrg();
    org.stage(
      { name: 'item refused', statusCode: 'DUPLICATE_VALUE', message: hidden },
      { on: 'create', times: 2 },
    );
    expect(await deliver([callFrom(annsNumber)])).toMatchObject([{ kind: 'retry' }]);
    expect(await deliver([{ ...callFrom(annsNumber), attempt: 4 }])).toMatchObject([
      { kind: 'rejected', remedy: expect.stringContaining('View All') as string },
    ]);
  });

  it('a duplicate keeps the id that the error names when the first task is hidden from the user', async () => {
    const { org, land } = await openOrg();
    const call = callFrom(annsNumber);
    const [first] = await land(call);
    const body = { totalSize: 0, done: true, records: [] };
    org.stage({ name: 'answer', status: 200, body }, { on: 'query' });
    const [landed] = await land({ ...call, attempt: 2 });
    expect(landed?.remoteId?.slice(0, 15)).toBe(first?.remoteId?.slice(0, 15));
    expect(traceOf(landed).notes).toEqual(['it exists already, but the integration user cannot see it']);
  });

  it('the first task of a duplicate is found even if its key looks like a Salesforce id', async () => {
    const { land } = await openOrg({}, { duplicateMessage: 'hidden' });
    const [first, second] = ['00AbcdefGHIJKLMnoA', '00AbcdefGHIJKLMnoB'].map((id) =>
      callFrom(annsNumber, {}, id),
    );
    if (first === undefined || second === undefined) throw new Error('There are two');
    const before = await land(first, second);
    const after = await land({ ...first, attempt: 2 }, { ...second, attempt: 2 });
    expect(after.map(({ remoteId }) => remoteId)).toEqual(before.map(({ remoteId }) => remoteId));
  });
});
