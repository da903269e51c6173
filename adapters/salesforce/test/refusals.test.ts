import { describe, expect, it } from 'vitest';
import { AdapterMisconfigured, DestinationUnavailable } from '../../../src/contract/errors.ts';
import { annsNumber, annsTyped, callFrom, fieldMap, next, openOrg, traceOf } from './org-under-test.ts';

const owners = { SALESFORCE_OWNERS: '204=sam@example.com' };
const sam = { LastName: 'Sam', Email: 'sam@example.com', Username: 'sam@example.com.org', IsActive: true };

describe('the owner of a task', () => {
  it('the owner of a task is looked up once an hour when the table names an email', async () => {
    const { org, land, pass } = await openOrg(owners);
    org.add('User', sam);
    await land(callFrom(annsNumber));
    await land(callFrom(annsNumber, {}, 'call-2'));
    expect(org.log.of('query')).toHaveLength(1);
    pass(3_600_000);
    await land(callFrom(annsNumber, {}, 'call-3'));
    expect(org.log.of('query')).toHaveLength(2);
  });

  it('the owner of a task is the integration user when nobody else is found', async () => {
    const { org, land, task } = await openOrg();
    await land(callFrom(annsNumber));
    expect(task()).toMatchObject({ OwnerId: org.integrationUserId });
  });

  it('an inactive owner is not set, and not tried with the next call', async () => {
    const { org, land, tasks } = await openOrg();
    const id = org.add('User', { ...sam, IsActive: false });
    org.add('Contact', { LastName: 'Ann', Phone: annsTyped, OwnerId: id });
    const [landed] = await land(callFrom(annsNumber));
    await land(callFrom(annsNumber, {}, 'call-2'));
    expect(tasks().map((task) => task.OwnerId)).toEqual([org.integrationUserId, org.integrationUserId]);
    expect(org.log.of('create')).toHaveLength(3);
    expect(Object.keys(traceOf(landed).dropped)).toEqual(['OwnerId']);
  });
});

describe('an owner from the table', () => {
  const nobody = { extension_number: undefined, extension_name: undefined };

  it('the owner in the table is found by the answering point', async () => {
    const { org, land, task } = await openOrg({ SALESFORCE_OWNERS: 'Front desk=sam@example.com' });
    const id = org.add('User', sam);
    await land(callFrom(annsNumber, { ...nobody, answering_point: 'front  Desk' }));
    expect(task()).toMatchObject({ OwnerId: id });
  });

  it('the owner in the table can be an id of 15 characters', async () => {
    const pats = (await openOrg()).org.people.userId;
    const { land, task } = await openOrg({ SALESFORCE_OWNERS: `204=${pats.slice(0, 15)}` });
    await land(callFrom(annsNumber));
    expect(task()).toMatchObject({ OwnerId: pats });
  });

  it('the owner of the person replaces an id in the table that nobody has', async () => {
    const { org, land, task } = await openOrg({ SALESFORCE_OWNERS: '204=005000000000999AAA' });
    const id = org.add('User', sam);
    const ann = org.add('Contact', { LastName: 'Ann', Phone: annsTyped, OwnerId: id });
    const [landed] = await land(callFrom(annsNumber));
    expect(task()).toMatchObject({ WhoId: ann, OwnerId: id });
    expect(org.log.of('create')).toHaveLength(1);
    expect(traceOf(landed).owner).toMatchObject({ rule: "the person's owner", place: '204' });
  });
});

it('a call type that the org lacks is omitted, and the trace names it', async () => {
  const { land, task } = await openOrg({}, { fieldChanges: { 'Task.CallType': { values: ['Outbound'] } } });
  const [landed] = await land(callFrom(annsNumber));
  expect(task()).toMatchObject({ CallType: null, Status: 'Completed' });
  expect(traceOf(landed).dropped).toEqual({
    CallType: { why: 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST', value: '' },
  });
});

describe('a mapped field', () => {
  const gclid = { object: 'Task', name: 'Gclid__c', type: 'string', length: 20 } as const;
  const settings = (): Record<string, string> => ({ SALESFORCE_FIELDS: fieldMap({ gclid: 'Gclid__c' }) });

  it('a mapped field is filled', async () => {
    const { land, task } = await openOrg(settings(), { extraFields: [gclid] });
    await land(callFrom(annsNumber, { gclid: 'Cj0' }));
    expect(task()).toMatchObject({ Gclid__c: 'Cj0' });
  });

  it('a mapped field for an outcome follows the call even after people changed it', async () => {
    const wait = { object: 'Task', name: 'Wait__c', type: 'int' } as const;
    const { org, land, task } = await openOrg(
      { SALESFORCE_FIELDS: fieldMap({ wait_seconds: 'Wait__c', gclid: 'Gclid__c' }) },
      { extraFields: [gclid, wait] },
    );
    const call = callFrom(annsNumber, { gclid: 'Cj0' });
    const [landed] = await land(call);
    org.people.edit(task().Id, { Wait__c: 1, Gclid__c: 'mine' });
    await land(next(call, landed, { wait_seconds: 44, gclid: 'Cj1' }));
    expect(task()).toMatchObject({ Wait__c: 44, Gclid__c: 'mine' });
  });

  it.each(['request', 'record'] as const)(
    'a mapped field that the org lacks (and refuses the %s) is omitted, and not tried with the next call',
    async (unknownFieldRefuses) => {
      const { org, land, tasks } = await openOrg(settings(), { unknownFieldRefuses });
      const [landed] = await land(callFrom(annsNumber, { gclid: 'Cj0' }));
      expect(tasks()).toHaveLength(1);
      expect(traceOf(landed).dropped).toMatchObject({ Gclid__c: { why: 'INVALID_FIELD' } });
      await land(callFrom(annsNumber, { gclid: 'Cj0' }, 'call-2'));
      if (unknownFieldRefuses === 'request') expect(org.log.of('create')).toHaveLength(3);
      expect(tasks()).toHaveLength(2);
    },
  );

  it('a mapped field gets the part of a longer text that fits, and the next call is not refused', async () => {
    const { org, land, tasks } = await openOrg(settings(), { extraFields: [gclid] });
    const calls = [
      callFrom(annsNumber, { gclid: 'x'.repeat(30) }),
      callFrom(annsNumber, { gclid: 'Cj0' }, 'call-2'),
    ];
    await land(...calls);
    const shown = tasks().map((task) => [task.CallObject, task.Gclid__c]);
    expect(new Map(shown as [string, unknown][])).toEqual(
      new Map([
        ['jet:call-1', 'x'.repeat(20)],
        ['jet:call-2', 'Cj0'],
      ]),
    );
    org.log.clear();
    await land(callFrom(annsNumber, { gclid: 'y'.repeat(30) }, 'call-3'));
    expect(org.log.of('create')).toHaveLength(1);
    expect(tasks()[2]).toMatchObject({ Gclid__c: 'y'.repeat(20) });
  });
});

describe('a mapped date and time', () => {
  it('a mapped date and time follows the call although Salesforce drops fractions of a second', async () => {
    const { land, task } = await openOrg(
      { SALESFORCE_FIELDS: fieldMap({ answer_received_at: 'Answered__c' }) },
      { extraFields: [{ object: 'Task', name: 'Answered__c', type: 'datetime' }] },
    );
    const call = callFrom(annsNumber, { answer_received_at: Date.UTC(2026, 10, 22, 1, 0, 0, 512) });
    const [landed] = await land(call);
    expect(task()).toMatchObject({ Answered__c: '2026-11-22T01:00:00.000+0000' });
    await land(next(call, landed, { answer_received_at: Date.UTC(2026, 10, 22, 1, 0, 9, 733) }));
    expect(task()).toMatchObject({ Answered__c: '2026-11-22T01:00:09.000+0000' });
  });
});

describe('a link that is refused', () => {
  it.each([
    ['FIELD_INTEGRITY_EXCEPTION', 'Name ID: id value of incorrect type', ['WhoId']],
    [
      'FIELD_FILTER_VALIDATION_EXCEPTION',
      'Value does not exist or does not match filter criteria.',
      ['WhoId'],
    ],
    ['INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY', 'insufficient access rights on cross-reference id', []],
  ])('a link that is refused with %s costs the call only its person', async (statusCode, message, fields) => {
    const { org, land, task } = await openOrg();
    org.add('Contact', { LastName: 'Ann', Phone: annsTyped });
    org.stage({ name: 'item refused', statusCode, message, fields }, { on: 'create' });
    const [landed] = await land(callFrom(annsNumber));
    expect(task()).toMatchObject({ WhoId: null, Status: 'Completed' });
    expect(traceOf(landed).dropped).toEqual({ WhoId: { why: statusCode, value: '' } });
  });
});

describe('a refused task', () => {
  it.each([
    ['FIELD_CUSTOM_VALIDATION_EXCEPTION', 'Call 0491 570 006 first', 'validation rule'],
    ['REQUIRED_FIELD_MISSING', 'Required fields are missing: [Region__c]', 'required field'],
    ['CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', 'TaskTrigger: execution of BeforeInsert', 'trigger'],
  ])(
    'a task that is refused with %s is set aside with a remedy, and without the number',
    async (statusCode, message, remedy) => {
      const { org, deliver, tasks } = await openOrg();
      org.stage(
        { name: 'item refused', statusCode, message, when: (task) => task.CallObject === 'jet:call-1' },
        { on: 'writes' },
      );
      const outcomes = await deliver([callFrom(annsNumber), callFrom(annsNumber, {}, 'call-2')]);
      expect(outcomes.find(({ id }) => id === 'call-1')).toMatchObject({
        kind: 'rejected',
        code: statusCode.toLowerCase(),
        remedy: expect.stringContaining(remedy) as string,
      });
      const reasons = outcomes.map((outcome) => ('reason' in outcome ? outcome.reason : ''));
      expect(reasons.join()).not.toMatch(/570.?006/);
      expect(tasks()).toHaveLength(1);
    },
  );

  it('a refused task is retried later when a trigger reports a lock', async () => {
    const { org, deliver } = await openOrg();
    const message = 'TaskTrigger: System.DmlException: UNABLE_TO_LOCK_ROW, unable to obtain exclusive access';
    org.stage(
      { name: 'item refused', statusCode: 'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', message },
      { on: 'writes' },
    );
    expect(await deliver([callFrom(annsNumber)])).toMatchObject([{ kind: 'retry' }]);
  });

  it('a refused task lands once when its record is unlocked', async () => {
    const { org, deliver, land, task } = await openOrg({ SALESFORCE_LOG: 'live' });
    const ann = org.add('Contact', { LastName: 'Ann', Phone: annsTyped });
    const start = callFrom(annsNumber, { stage: 'call_start', status: 'in_progress' });
    org.lock(ann);
    expect(await deliver([start])).toMatchObject([{ kind: 'retry', code: 'unable_to_lock_row' }]);
    org.unlock(ann);
    await land({ ...start, attempt: 2 });
    expect(task()).toMatchObject({ WhoId: ann });
  });
});

describe('an org', () => {
  it('an org without the key field pauses the destination, and the remedy says what to deploy', async () => {
    const { deliver } = await openOrg({}, { missingFields: ['Task.Jet_Call_Session_Id__c'] });
    const refused = deliver([callFrom(annsNumber)]);
    await expect(refused).rejects.toThrow(AdapterMisconfigured);
    await expect(refused).rejects.toMatchObject({
      remedy: expect.stringContaining('adapters/salesforce/metadata') as string,
    });
  });

  it('an org whose phone fields are hidden pauses the destination as misconfigured', async () => {
    const { deliver } = await openOrg({ SALESFORCE_PHONE_FIELDS: 'Lead.Hidden__c' });
    const refused = deliver([callFrom(annsNumber)]);
    await expect(refused).rejects.toThrow(AdapterMisconfigured);
    await expect(refused).rejects.toMatchObject({ remedy: expect.stringContaining('doctor') as string });
  });

  it('an org without remaining requests is paused for a quarter of an hour', async () => {
    const { org, deliver } = await openOrg();
    org.stage({ name: 'limit exceeded', limit: 'TotalRequests' });
    await expect(deliver([callFrom(annsNumber)])).rejects.toMatchObject({
      name: DestinationUnavailable.name,
      retryAfterMs: 15 * 60_000,
    });
  });

  it('an org with too many long requests at once is paused for seconds', async () => {
    const { org, deliver } = await openOrg();
    org.stage({ name: 'limit exceeded', limit: 'ConcurrentRequests' });
    await expect(deliver([callFrom(annsNumber)])).rejects.toMatchObject({ retryAfterMs: 5_000 });
  });

  it.each([1, 2])(
    'an org that does not answer a write of %d tasks counts as unreachable, and no attempt counts',
    async (count) => {
      const { org, deliver, land, tasks } = await openOrg();
      org.stage({ name: 'silence' }, { on: 'create' });
      const batch = ['call-1', 'call-2'].slice(0, count).map((id) => callFrom(annsNumber, {}, id));
      await expect(deliver(batch, AbortSignal.timeout(300))).rejects.toThrow(DestinationUnavailable);
      await land(...batch);
      expect(tasks()).toHaveLength(count);
    },
  );

  it.each([
    ['API_DISABLED_FOR_ORG', /API/],
    ['STORAGE_LIMIT_EXCEEDED', /storage/],
    ['INSUFFICIENT_ACCESS', /Edit Tasks/],
  ])('an org that answers %s pauses the destination with a remedy', async (errorCode, remedy) => {
    const { org, deliver } = await openOrg();
    org.stage({ name: 'forbidden', errorCode });
    const refused = deliver([callFrom(annsNumber)]);
    await expect(refused).rejects.toThrow(AdapterMisconfigured);
    await expect(refused).rejects.toMatchObject({ remedy: expect.stringMatching(remedy) as string });
  });

  it('an org that has retired the version of the API pauses the destination as misconfigured', async () => {
    const { org, deliver } = await openOrg();
    org.stage({ name: 'retired version' });
    await expect(deliver([callFrom(annsNumber)])).rejects.toThrow(AdapterMisconfigured);
  });
});
