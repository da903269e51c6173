import { describe, expect, it } from 'vitest';
import { AdapterMisconfigured } from '../../../src/contract/errors.ts';
import type { SalesforceStandInOptions } from './stand-in/salesforce-stand-in.ts';
import { annsNumber, annsTyped, callFrom, fieldMap, openOrg, traceOf } from './org-under-test.ts';

const key = 'Task.Jet_Call_Session_Id__c';
const second = '+61491570110';
const textFields = (...names: string[]) =>
  names.map((name) => ({ object: 'Task' as const, name, type: 'string' as const, length: 200 }));

describe('a field that every task needs but the user cannot write', () => {
  it.each<[what: string, options: SalesforceStandInOptions, expected: RegExp]>([
    ['the key', { fieldChanges: { [key]: { createable: false } } }, /metadata/],
    ['the key, which is missing', { missingFields: [key], unknownFieldRefuses: 'record' }, /metadata/],
    ['the link', { fieldChanges: { 'Task.WhoId': { createable: false } } }, /Jet_Call_Logging/],
    ['the description', { fieldChanges: { 'Task.Description': { createable: false } } }, /Jet_Call_Logging/],
    ['the subtype', { fieldChanges: { 'Task.TaskSubtype': { values: ['Task'] } } }, /doctor/],
    ['the status', { fieldChanges: { 'Task.Status': { values: ['Open'] } } }, /SALESFORCE_STATUS_CLOSED/],
  ])(
    'a field that every task needs but the user cannot write pauses the destination and sets no call aside: %s',
    async (_what, options, expected) => {
      const { org, deliver, tasks } = await openOrg({}, options);
      org.add('Contact', { LastName: 'Ann', Phone: annsTyped });
      const refused = deliver([callFrom(annsNumber)]);
      await expect(refused).rejects.toThrow(AdapterMisconfigured);
      await expect(refused).rejects.toMatchObject({ remedy: expect.stringMatching(expected) as string });
      expect(tasks()).toEqual([]);
    },
  );

  it('a user who cannot create any task pauses the destination', async () => {
    const { org, deliver } = await openOrg();
    const message = 'insufficient access rights on object id';
    const statusCode = 'INSUFFICIENT_ACCESS_OR_READONLY';
    org.stage({ name: 'item refused', statusCode, message }, { on: 'create', times: 3 });
    await expect(deliver([callFrom(annsNumber)])).rejects.toThrow('cannot create Tasks');
  });

  it('a linked record that is inaccessible costs the call only its link', async () => {
    const { org, land, task } = await openOrg();
    const ann = org.add('Contact', { LastName: 'Ann', Phone: annsTyped });
    const statusCode = 'INSUFFICIENT_ACCESS_OR_READONLY';
    org.stage({ name: 'item refused', statusCode, when: ({ WhoId }) => WhoId === ann }, { on: 'create' });
    await land(callFrom(annsNumber));
    expect(task()).toMatchObject({ WhoId: null });
  });

  it('a field that the user cannot write pauses the destination even if another call of the batch was skipped', async () => {
    const { org, deliver } = await openOrg({ SALESFORCE_UNMATCHED: 'skip' }, { missingFields: [key] });
    org.add('Contact', { LastName: 'Ann', Phone: annsTyped });
    const refused = deliver([callFrom(annsNumber), callFrom(second, {}, 'call-2')]);
    await expect(refused).rejects.toThrow(AdapterMisconfigured);
  });
});

describe('a mapped field that the org lacks', () => {
  it('a mapped field that the org lacks costs nothing to calls that have no value for it', async () => {
    const { land, tasks } = await openOrg({ SALESFORCE_FIELDS: fieldMap({ gclid: 'Gone__c' }) });
    await land(callFrom(annsNumber, { gclid: 'Cj0' }), callFrom(second, { gclid: undefined }, 'call-2'));
    expect(tasks()).toHaveLength(2);
  });

  it('four mapped fields that the org lacks are omitted, and the call lands', async () => {
    const map = { gclid: 'A__c', campaign: 'B__c', keywords: 'C__c', source: 'D__c' };
    const { land, task } = await openOrg({ SALESFORCE_FIELDS: fieldMap(map) });
    await land(callFrom(annsNumber, { gclid: 'a', campaign: 'b', keywords: 'c', source: 'd' }));
    expect(task()).toMatchObject({ CallObject: 'jet:call-1' });
  });

  it('a mapped field is omitted when a value of the wrong type is refused without its name', async () => {
    const when = { object: 'Task', name: 'When__c', type: 'int' } as const;
    const settings = { SALESFORCE_FIELDS: fieldMap({ gclid: 'When__c' }) };
    const { land, task } = await openOrg(settings, { extraFields: [when] });
    const [landed] = await land(callFrom(annsNumber, { gclid: 'Cj0' }));
    expect(task()).toMatchObject({ When__c: null });
    expect(traceOf(landed).dropped).toEqual({ When__c: { why: 'JSON_PARSER_ERROR', value: '' } });
  });
});

it('a call lands without three optional fields that the org refuses one after the other', async () => {
  const names = ['A__c', 'B__c', 'C__c'];
  const { org, land, task } = await openOrg(
    { SALESFORCE_FIELDS: fieldMap({ gclid: 'A__c', campaign: 'B__c', keywords: 'C__c' }) },
    { extraFields: textFields(...names) },
  );
  for (const name of names)
    org.stage(
      {
        name: 'item refused',
        statusCode: 'FIELD_INTEGRITY_EXCEPTION',
        fields: [name],
        when: (record) => typeof record[name] === 'string',
      },
      { on: 'create' },
    );
  await land(callFrom(annsNumber, { gclid: 'a', campaign: 'b', keywords: 'c' }));
  expect(task()).toMatchObject({ A__c: null, B__c: null, C__c: null });
});
