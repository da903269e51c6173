import { describe, expect, it } from 'vitest';
import { AdapterMisconfigured } from '../../../src/contract/errors.ts';
import { annsNumber, annsTyped, callFrom, idOf, next, numbers, openOrg, traceOf } from './org-under-test.ts';

const create = { SALESFORCE_UNMATCHED: 'create' };

describe('an unknown caller', () => {
  it('an unknown caller becomes a lead, and the task is linked to it', async () => {
    const { org, land, task } = await openOrg(create);
    await land(callFrom(annsNumber));
    const [lead] = org.records('Lead');
    expect(lead).toMatchObject({
      LastName: annsNumber,
      Company: 'Unknown caller',
      Jet_Caller_Number__c: annsNumber,
    });
    expect(task()).toMatchObject({ WhoId: lead?.Id, TaskSubtype: 'Call' });
    expect(org.log.billableByKind()).toEqual({ search: 1, create: 2 });
  });

  it('an unknown caller becomes one lead from two calls of one batch', async () => {
    const { org, land, tasks } = await openOrg(create);
    await land(callFrom(annsNumber), callFrom(annsNumber, {}, 'call-2'));
    const [lead, ...more] = org.records('Lead');
    expect(more).toEqual([]);
    expect(tasks().map((task) => task.WhoId)).toEqual([lead?.Id, lead?.Id]);
    expect(org.log.billable()).toBe(3);
  });

  it('an unknown caller becomes one lead from two calls within a second, before search finds either', async () => {
    const { org, land, pass, tasks } = await openOrg(create, { indexLagMs: 120_000 });
    await land(callFrom(annsNumber));
    pass(500);
    await land(callFrom(annsNumber, {}, 'call-2'));
    const [lead, ...more] = org.records('Lead');
    expect(more).toEqual([]);
    expect(tasks().map((task) => task.WhoId)).toEqual([lead?.Id, lead?.Id]);
  });

  it('an unknown caller has one lead when the reply was lost and nothing was stored', async () => {
    const { org, deliver, land, task } = await openOrg(create, { indexLagMs: 120_000 });
    org.stage({ name: 'reset after the write' }, { on: 'create' });
    const call = callFrom(annsNumber);
    await expect(deliver([call])).rejects.toThrow('did not come');
    const [lead] = org.records('Lead');
    org.people.edit(idOf(lead), { LastName: 'Ann', Company: 'Acme' });
    await land({ ...call, attempt: 2 });
    expect(org.records('Lead')).toHaveLength(1);
    expect(org.records('Lead')[0]).toMatchObject({ LastName: 'Ann', Company: 'Acme' });
    expect(task()).toMatchObject({ WhoId: lead?.Id });
  });

  it('a call is linked to the contact that the lead of its caller has become', async () => {
    const { org, land, pass, tasks } = await openOrg(create);
    await land(callFrom(annsNumber));
    const { contactId, accountId } = org.people.convert(idOf(org.records('Lead')[0]));
    for (const id of [contactId, accountId]) org.people.edit(id, { Phone: null });
    // Past the time for which the ledger keeps the lead.
    pass(25 * 3_600_000);
    await land(callFrom(annsNumber, {}, 'call-2'));
    expect(tasks().map((task) => task.WhoId)).toEqual([contactId, contactId]);
    expect(org.records('Lead')).toHaveLength(1);
  });

  it.each(['Contact', 'Lead', 'Account'] as const)(
    'a call is linked to the record that a duplicate rule of the org names: a %s',
    async (object) => {
      const { org, land, task } = await openOrg(create);
      const fields = {
        Contact: { LastName: 'Ann' },
        Lead: { LastName: 'Ann', Company: 'Acme' },
        Account: { Name: 'Acme' },
      }[object];
      const known = org.add(object, fields);
      org.duplicateRule('Lead', () => [known]);
      const [landed] = await land(callFrom(annsNumber));
      expect(task()).toMatchObject({ [object === 'Account' ? 'WhatId' : 'WhoId']: known });
      expect(traceOf(landed).notes).toEqual(['a duplicate rule of the org named this record']);
    },
  );

  it.each([
    ['is missed', { status: 'missed' } as const, 1],
    ['failed', { status: 'failed' } as const, 0],
    ['was too short', { status: 'answered', duration_seconds: 5 } as const, 0],
  ])(
    'the rule decides whether the caller becomes a lead after a call that %s',
    async (_what, given, leads) => {
      const { org, land, tasks } = await openOrg({ ...create, SALESFORCE_CREATE_AFTER: '20s' });
      await land(callFrom(annsNumber, { duration_seconds: 30, ...given }));
      expect(tasks()).toHaveLength(1);
      expect(org.records('Lead')).toHaveLength(leads);
    },
  );

  it.each([
    ['withheld', { withheld: true, counterpart_e164: undefined }],
    ['the called service number', { phone_number_e164: annsNumber }],
    ['internal', { counterpart_e164: undefined, origin_number: '211' }],
  ])('a caller never becomes a lead when the number is %s', async (_what, given) => {
    const { org, land, tasks } = await openOrg(create);
    await land(callFrom(annsNumber, given));
    expect(tasks()).toHaveLength(1);
    expect(org.records('Lead')).toEqual([]);
  });

  it('a caller never becomes a lead when several people have the number', async () => {
    const { org, land } = await openOrg({ ...create, SALESFORCE_SEVERAL: 'none' });
    org.add('Contact', { LastName: 'A', Phone: annsTyped });
    org.add('Contact', { LastName: 'B', Phone: annsTyped });
    await land(callFrom(annsNumber));
    expect(org.records('Lead')).toEqual([]);
  });

  it('an unknown caller becomes a lead at the end of a live call', async () => {
    const { org, land, task } = await openOrg({ ...create, SALESFORCE_LOG: 'live' });
    const start = callFrom(annsNumber, {
      stage: 'call_start',
      status: 'in_progress',
      duration_seconds: undefined,
    });
    const [landed] = await land(start);
    expect(org.records('Lead')).toEqual([]);
    await land(next(start, landed, { stage: 'call_end', status: 'answered', duration_seconds: 60 }));
    expect(task()).toMatchObject({ WhoId: org.records('Lead')[0]?.Id, Status: 'Completed' });
  });

  it('a refused lead costs the call only its link', async () => {
    const { org, land, task } = await openOrg(create);
    org.validationRule('Lead', 'A lead needs an email', () => true);
    const [landed] = await land(callFrom(annsNumber));
    expect(task()).toMatchObject({ WhoId: null });
    expect(traceOf(landed).notes).toEqual(['no lead was made (FIELD_CUSTOM_VALIDATION_EXCEPTION)']);
  });

  it('a missing unique field on Lead pauses the destination', async () => {
    const { deliver } = await openOrg(create, { missingFields: ['Lead.Jet_Caller_Number__c'] });
    const refused = deliver([callFrom(annsNumber)]);
    await expect(refused).rejects.toThrow(AdapterMisconfigured);
    await expect(refused).rejects.toMatchObject({
      remedy: expect.stringContaining('metadata-leads') as string,
    });
  });

  it('an unknown caller becomes a lead even when the text of a web visit looks like a reference', async () => {
    const { org, land, task } = await openOrg(create);
    await land(callFrom(annsNumber, { keywords: 'roof @{lead0.id}' }));
    expect(task()).toMatchObject({ WhoId: org.records('Lead')[0]?.Id });
    expect(task().Description).toContain('Keywords: roof @{lead0.id}');
  });

  it('a hundred unknown callers become leads in one request, and their tasks need one more', async () => {
    const { org, land } = await openOrg(create);
    await land(...numbers(100).map((number, index) => callFrom(number, {}, `call-${index}`)));
    expect(org.records('Lead')).toHaveLength(100);
    expect(org.log.billableByKind()).toEqual({ search: 2, create: 2 });
  });
});
