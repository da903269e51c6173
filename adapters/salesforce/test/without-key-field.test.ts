import { describe, expect, it } from 'vitest';
import type { Ledger } from '../../../src/domain/remembered/ledger.ts';
import { annsNumber, annsTyped, callFrom, openOrg, startMs } from './org-under-test.ts';

const settings = { SALESFORCE_KEY: 'callobject' };
const options = { missingFields: ['Task.Jet_Call_Session_Id__c'] as const };
const calls = () =>
  [annsNumber, '+61491570110', '+61491570111'].map((number, at) => callFrom(number, {}, `call-${at}`));

describe('an org without the key field', () => {
  it('an org without the key field gets no call twice when the ledger fails after the write', async () => {
    const failing = (ledger: Ledger): Ledger => ({
      ...ledger,
      forget: () => Promise.reject(new Error('database is locked')),
    });
    const { org, land, tasks } = await openOrg(settings, options, failing);
    const ann = org.add('Contact', { LastName: 'Ann', Phone: annsTyped });
    await land(callFrom(annsNumber, {}, 'call-before'));
    org.people.delete(ann);
    await land(...calls());
    expect(tasks()).toHaveLength(4);
  });

  it('an org without the key field gets no call twice when the ledger fails after a lead was made', async () => {
    let isFailing = false;
    const failing = (ledger: Ledger): Ledger => ({
      ...ledger,
      putMany: (entries) =>
        isFailing ? Promise.reject(new Error('database is locked')) : ledger.putMany(entries),
    });
    const { org, land, tasks } = await openOrg(
      { ...settings, SALESFORCE_UNMATCHED: 'create' },
      options,
      failing,
    );
    // By then the ledger holds the result of the search.
    org.duplicateRule('Lead', () => {
      isFailing = true;
      return [];
    });
    await land(...calls());
    expect(tasks()).toHaveLength(3);
  });

  it('an org without the key field is searched for the call first after a replay or a restored store', async () => {
    const { org, land, pass, tasks } = await openOrg(settings, options);
    const [call] = calls();
    if (call === undefined) throw new Error('There is one');
    await land(call);
    pass(10 * 60_000);
    const [landed] = await land(call);
    expect(tasks()).toHaveLength(1);
    expect(landed?.remoteId).toBe(org.records('Task')[0]?.Id);
  });

  it('an org without the key field is not searched for a call of the last minutes', async () => {
    const { org, land } = await openOrg(settings, options);
    await land(callFrom(annsNumber, { last_received_at: startMs }));
    expect(org.log.billableByKind()).toEqual({ search: 1, create: 1 });
  });

  it('an org that refuses a unique value of another field does not thereby show that the call exists', async () => {
    const { org, deliver } = await openOrg(settings, options);
    const message = 'duplicate value found: Vendor_Id__c duplicates value on record with id: 00T000000000001';
    org.stage({ name: 'item refused', statusCode: 'DUPLICATE_VALUE', message }, { on: 'create' });
    expect(await deliver([callFrom(annsNumber)])).toMatchObject([
      { kind: 'rejected', remedy: expect.stringContaining('unique') as string },
    ]);
  });
});
