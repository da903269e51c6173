import { afterEach, describe, expect, it } from 'vitest';
import type { JsonValue } from '../../../../../src/domain/jet-fields.ts';
import { closeAll, codesOf, connect, type Connected } from '../connect.ts';

afterEach(closeAll);

const person = { LastName: 'Ng' };
const lead = { LastName: 'Ng', Company: 'Acme' };

async function refusal({ createTasks }: Connected, task: Record<string, JsonValue>): Promise<JsonValue> {
  const { body } = await createTasks({ Subject: 'Call', ...task });
  return (body as { errors: JsonValue[] }[])[0]?.errors[0] ?? 'taken';
}

describe('a new task', () => {
  it("a new task has the org's defaults and the derived fields", async () => {
    const { createTasks, org } = await connect();
    const accountId = org.add('Account', { Name: 'Acme' });
    const contactId = org.add('Contact', { ...person, AccountId: accountId });
    await createTasks({ Subject: ' Call ', WhoId: contactId, Description: '' }, { Status: 'Completed' });
    expect(org.records('Task')).toMatchObject([
      {
        Subject: 'Call',
        Description: null,
        Status: 'Not Started',
        Priority: 'Normal',
        TaskSubtype: 'Task',
        IsClosed: false,
        AccountId: accountId,
        OwnerId: org.integrationUserId,
        CreatedById: org.integrationUserId,
      },
      { IsClosed: true, CompletedDateTime: expect.stringMatching(/\+0000$/) as string },
    ]);
  });

  it.each([
    ['Subject', 255],
    ['CallDisposition', 255],
    ['CallObject', 255],
    ['Jet_Call_Session_Id__c', 255],
    ['Description', 32_000],
  ])('a new task accepts a %s of at most %i characters', async (field, max) => {
    const connected = await connect();
    expect(await refusal(connected, { [field]: 'x'.repeat(max) })).toBe('taken');
    expect(await refusal(connected, { [field]: 'x'.repeat(max + 1) })).toMatchObject({
      statusCode: 'STRING_TOO_LONG',
      fields: [field],
    });
  });

  it.each([
    ['CallType', 'Missed'],
    ['TaskSubtype', 'Phone'],
  ])('a new task does not accept an unknown value for %s', async (field, value) => {
    expect(await refusal(await connect(), { [field]: value })).toEqual({
      statusCode: 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
      message: `${field}: bad value for restricted picklist field: ${value}`,
      fields: [field],
    });
  });

  it('a new task has a duration of at most eight digits', async () => {
    expect(await refusal(await connect(), { CallDurationInSeconds: 100_000_000 })).toMatchObject({
      statusCode: 'NUMBER_OUTSIDE_VALID_RANGE',
    });
  });

  it.each([
    ['CallDurationInSeconds', '12'],
    ['CallDurationInSeconds', 1.5],
    ['ActivityDate', '22/11/2026'],
    ['ActivityDate', '2026-11-22T00:00:00Z'],
    ['Subject', 5],
  ])('a request for a task with a %s of %j is refused', async (field, value) => {
    const { createTasks } = await connect();
    expect(await createTasks({ [field]: value })).toMatchObject({
      status: 400,
      body: [{ errorCode: 'JSON_PARSER_ERROR' }],
    });
  });

  it.each(['IsClosed', 'AccountId', 'CompletedDateTime', 'CreatedDate'])(
    'a new task cannot be given %s',
    async (field) => {
      const value = field === 'IsClosed' ? true : '2026-11-22T00:00:00Z';
      expect(await refusal(await connect(), { [field]: value })).toMatchObject({
        statusCode: 'INVALID_FIELD_FOR_INSERT_UPDATE',
        fields: [field],
      });
    },
  );
});

describe('WhoId and WhatId', () => {
  it('WhoId and WhatId can be a contact and an account', async () => {
    const connected = await connect();
    const WhatId = connected.org.add('Account', { Name: 'Acme' });
    const WhoId = connected.org.add('Contact', person);
    expect(await refusal(connected, { WhoId, WhatId })).toBe('taken');
  });

  it('WhoId can be a lead only without WhatId', async () => {
    const connected = await connect();
    const WhoId = connected.org.add('Lead', lead);
    expect(await refusal(connected, { WhoId })).toBe('taken');
    const WhatId = connected.org.add('Account', { Name: 'Acme' });
    expect(await refusal(connected, { WhoId, WhatId })).toMatchObject({
      statusCode: 'FIELD_INTEGRITY_EXCEPTION',
      fields: ['WhoId', 'WhatId'],
    });
  });

  it('a later WhatId beside a lead is refused', async () => {
    const { ask, org } = await connect();
    const id = org.add('Task', { WhoId: org.add('Lead', lead) });
    const WhatId = org.add('Account', { Name: 'Acme' });
    const answer = await ask('PATCH', `/sobjects/Task/${id}`, { WhatId });
    expect(answer).toMatchObject({ status: 400, body: [{ errorCode: 'FIELD_INTEGRITY_EXCEPTION' }] });
  });

  it('an account as WhoId is refused', async () => {
    const connected = await connect();
    const WhoId = connected.org.add('Account', { Name: 'Acme' });
    expect(await refusal(connected, { WhoId })).toEqual({
      statusCode: 'FIELD_INTEGRITY_EXCEPTION',
      message: `Name ID: id value of incorrect type: ${WhoId}`,
      fields: ['WhoId'],
    });
  });

  it('WhoId and WhatId cannot be deleted, purged, converted or misspelt records', async () => {
    const connected = await connect();
    const { org } = connected;
    const [deleted, purged] = [org.add('Contact', person), org.add('Contact', person)];
    org.people.delete(deleted);
    org.people.delete(purged, { purge: true });
    const converted = org.add('Lead', lead);
    org.people.convert(converted);
    const codes = [deleted, purged, converted, '003'].map(async (WhoId) => refusal(connected, { WhoId }));
    expect(await Promise.all(codes)).toMatchObject([
      { statusCode: 'ENTITY_IS_DELETED' },
      { statusCode: 'INVALID_CROSS_REFERENCE_KEY' },
      { statusCode: 'CANNOT_UPDATE_CONVERTED_LEAD' },
      { statusCode: 'MALFORMED_ID' },
    ]);
  });

  it('WhoId and WhatId can be given with 15 characters', async () => {
    const connected = await connect();
    const id = connected.org.add('Contact', person);
    expect(await refusal(connected, { WhoId: id.slice(0, 15) })).toBe('taken');
  });
});

describe('an owner', () => {
  it('the owner of a task must be active', async () => {
    const connected = await connect();
    const OwnerId = connected.org.add('User', { LastName: 'Gone', IsActive: false });
    expect(await refusal(connected, { OwnerId })).toMatchObject({
      statusCode: 'INACTIVE_OWNER_OR_USER',
      fields: ['OwnerId'],
    });
  });
});

describe('TaskSubtype', () => {
  it('a TaskSubtype cannot be changed, not even to the same value', async () => {
    const { ask, org } = await connect();
    const id = org.add('Task', { TaskSubtype: 'Call' });
    expect(await ask('PATCH', `/sobjects/Task/${id}`, { TaskSubtype: 'Call' })).toMatchObject({
      status: 400,
      body: [{ errorCode: 'INVALID_FIELD_FOR_INSERT_UPDATE', fields: ['TaskSubtype'] }],
    });
  });
});

describe('a lead', () => {
  it('a lead needs a last name and a company', async () => {
    const { ask } = await connect();
    expect(await ask('POST', '/sobjects/Lead', { FirstName: 'A' })).toMatchObject({
      status: 400,
      body: [
        {
          errorCode: 'REQUIRED_FIELD_MISSING',
          message: 'Required fields are missing: [LastName, Company]',
          fields: ['LastName', 'Company'],
        },
      ],
    });
  });

  it('a duplicate lead is refused with the records that a rule found', async () => {
    const { ask, org } = await connect();
    const id = org.add('Contact', { ...person, Phone: '0412 345 678' });
    org.duplicateRule('Lead', ({ Phone }) => (Phone === '0412345678' ? [id] : []));
    const answer = await ask('POST', '/sobjects/Lead', { ...lead, Phone: '0412345678' });
    expect(answer).toMatchObject({
      status: 400,
      body: [
        {
          errorCode: 'DUPLICATES_DETECTED',
          duplicateResult: {
            allowSave: false,
            matchResults: [{ entityType: 'Contact', size: 1, matchRecords: [{ record: { Id: id } }] }],
          },
        },
      ],
    });
    expect(await ask('POST', '/sobjects/Lead', lead)).toMatchObject({ status: 201 });
  });
});

describe('rules that an administrator sets', () => {
  it('the rules of an administrator refuse matching records with their own message', async () => {
    const connected = await connect();
    connected.org.validationRule(
      'Task',
      'Say who it was.',
      ({ WhoId }) => WhoId === null || WhoId === undefined,
    );
    expect(await refusal(connected, {})).toEqual({
      statusCode: 'FIELD_CUSTOM_VALIDATION_EXCEPTION',
      message: 'Say who it was.',
      fields: [],
    });
    expect(await refusal(connected, { WhoId: connected.org.add('Contact', person) })).toBe('taken');
  });

  it('the rules of an administrator can make a field required', async () => {
    const connected = await connect({
      extraFields: [{ object: 'Task', name: 'Region__c', type: 'picklist', values: ['NSW'], required: true }],
    });
    expect(await refusal(connected, {})).toMatchObject({ statusCode: 'REQUIRED_FIELD_MISSING' });
    expect(await refusal(connected, { Region__c: 'VIC' })).toMatchObject({
      statusCode: 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
    });
    expect(await refusal(connected, { Region__c: 'NSW' })).toBe('taken');
  });
});

describe('a locked account', () => {
  async function lockedAccount() {
    const connected = await connect();
    const { org } = connected;
    const accountId = org.add('Account', { Name: 'Acme' });
    const WhoId = org.add('Contact', { ...person, AccountId: accountId });
    org.lock(accountId);
    return { ...connected, accountId, WhoId };
  }

  it('a locked account blocks an open task with a date, but no completed one', async () => {
    const { createTasks, WhoId } = await lockedAccount();
    const open = { WhoId, Status: 'In Progress', ActivityDate: '2026-11-22' };
    const answer = await createTasks(
      open,
      { ...open, Status: 'Completed' },
      { WhoId, Status: 'In Progress' },
    );
    expect(codesOf(answer)).toEqual(['UNABLE_TO_LOCK_ROW', 'ok', 'ok']);
  });

  it('a locked account blocks every update of its tasks until it is unlocked', async () => {
    const { ask, org, WhoId, accountId } = await lockedAccount();
    const id = org.add('Task', { WhoId, Status: 'Completed' });
    const path = `/sobjects/Task/${id}`;
    expect(await ask('PATCH', path, { Subject: 'a' })).toMatchObject({
      status: 400,
      body: [{ errorCode: 'UNABLE_TO_LOCK_ROW', message: expect.stringContaining(accountId) as string }],
    });
    org.unlock(accountId);
    expect(await ask('PATCH', path, { Subject: 'a' })).toMatchObject({ status: 204 });
  });
});
