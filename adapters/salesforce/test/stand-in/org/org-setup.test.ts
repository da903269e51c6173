import { afterEach, describe, expect, it } from 'vitest';
import { asLongId, makeId } from './org-record.ts';
import { closeAll, codesOf, connect, send, type Reply } from '../connect.ts';

afterEach(closeAll);

function fieldOf({ body }: Reply, name: string): Record<string, unknown> | undefined {
  return (body as { fields: Record<string, unknown>[] }).fields.find((field) => field.name === name);
}

describe('describe', () => {
  it('describe shows the deployed key field', async () => {
    const { ask } = await connect();
    expect(fieldOf(await ask('GET', '/sobjects/Task/describe'), 'Jet_Call_Session_Id__c')).toMatchObject({
      type: 'string',
      length: 255,
      externalId: true,
      unique: true,
      caseSensitive: true,
      createable: true,
      updateable: true,
    });
  });

  it('describe shows the values of call type and subtype, and that the subtype is create-only', async () => {
    const { ask } = await connect();
    const task = await ask('GET', '/sobjects/Task/describe');
    const values = (name: string) =>
      (fieldOf(task, name)?.picklistValues as { value: string }[]).map(({ value }) => value);
    expect(values('CallType')).toEqual(['Internal', 'Inbound', 'Outbound']);
    expect(values('TaskSubtype')).toContain('Call');
    expect(fieldOf(task, 'TaskSubtype')).toMatchObject({
      createable: true,
      updateable: false,
      restrictedPicklist: true,
    });
  });

  it('describe omits a field that is not deployed', async () => {
    const { ask } = await connect({ missingFields: ['Task.Jet_Call_Session_Id__c'] });
    expect(fieldOf(await ask('GET', '/sobjects/Task/describe'), 'Jet_Call_Session_Id__c')).toBeUndefined();
    expect(fieldOf(await ask('GET', '/sobjects/Lead/describe'), 'Jet_Caller_Number__c')).toBeDefined();
  });

  it('describe shows fields that were changed or added', async () => {
    const { ask } = await connect({
      fieldChanges: { 'Task.Jet_Call_Session_Id__c': { unique: false, updateable: false } },
      extraFields: [{ object: 'Task', name: 'Region__c', type: 'picklist', values: ['NSW', 'VIC'] }],
    });
    const task = await ask('GET', '/sobjects/Task/describe');
    expect(fieldOf(task, 'Jet_Call_Session_Id__c')).toMatchObject({ unique: false, updateable: false });
    expect(fieldOf(task, 'Region__c')).toMatchObject({ type: 'picklist', custom: true });
  });

  it('describe knows lead, contact, account and user', async () => {
    const { ask } = await connect({ personAccounts: true });
    expect(fieldOf(await ask('GET', '/sobjects/Lead/describe'), 'Company')).toMatchObject({
      nillable: false,
    });
    expect(fieldOf(await ask('GET', '/sobjects/Contact/describe'), 'MobilePhone')).toMatchObject({
      type: 'phone',
    });
    expect(fieldOf(await ask('GET', '/sobjects/Account/describe'), 'PersonContactId')).toBeDefined();
    expect(fieldOf(await ask('GET', '/sobjects/User/describe'), 'IsActive')).toMatchObject({
      type: 'boolean',
    });
  });
});

describe('the statuses of a task', () => {
  it("the statuses of a task are the org's own, and the first is the default", async () => {
    const taskStatuses = [
      { label: 'Offen', closed: false },
      { label: 'Erledigt', closed: true },
    ];
    const { query, createTasks, org } = await connect({ taskStatuses });
    expect((await query('SELECT ApiName, IsClosed, IsDefault FROM TaskStatus')).body).toMatchObject({
      records: [
        { ApiName: 'Offen', IsClosed: false, IsDefault: true },
        { ApiName: 'Erledigt', IsClosed: true, IsDefault: false },
      ],
    });
    await createTasks({ Status: 'Erledigt' }, {});
    expect(org.records('Task')).toMatchObject([{ IsClosed: true }, { Status: 'Offen', IsClosed: false }]);
  });
});

describe('the daily limit', () => {
  it('every answer shows the daily limit, including refusals', async () => {
    const { ask, query } = await connect({ dailyLimit: 1_000, usedAtStart: 100 });
    const usageOf = async (reply: Promise<Reply>) => (await reply).headers.get('sforce-limit-info');
    expect(await usageOf(ask('GET', '/sobjects/Task/describe'))).toBe('api-usage=101/1000');
    expect(await usageOf(query('SELECT'))).toBe('api-usage=102/1000');
    expect(await usageOf(ask('GET', '/nowhere'))).toBe('api-usage=103/1000');
  });

  it('a used-up daily limit causes 403, and refused requests do not count', async () => {
    const { ask, createTasks, org } = await connect({ dailyLimit: 2 });
    await ask('GET', '/limits');
    await ask('GET', '/limits');
    for (let count = 0; count < 2; count += 1) {
      const answer = await createTasks({ Subject: 'x' });
      expect(answer).toMatchObject({
        status: 403,
        body: [{ errorCode: 'REQUEST_LIMIT_EXCEEDED', message: 'TotalRequests Limit exceeded.' }],
      });
      expect(answer.headers.get('sforce-limit-info')).toBe('api-usage=2/2');
    }
    expect(org.records('Task')).toEqual([]);
    org.use(0);
    expect(codesOf(await createTasks({ Subject: 'x' }))).toEqual(['ok']);
  });

  it('the daily limit can be read', async () => {
    const { ask } = await connect({ dailyLimit: 1_000, usedAtStart: 400 });
    expect((await ask('GET', '/limits')).body).toEqual({ DailyApiRequests: { Max: 1_000, Remaining: 599 } });
  });
});

describe('the log', () => {
  it('the log counts billable requests by kind, and token requests separately', async () => {
    const { ask, search, createTasks, org, token } = await connect();
    org.log.clear();
    await token();
    await search('FIND {0412345678} IN PHONE FIELDS RETURNING Contact(Id)');
    await createTasks({ Subject: 'a' });
    await createTasks({ Subject: 'b' });
    await ask('PATCH', '/composite/sobjects', { records: [] });
    expect(org.log.tokenRequests()).toBe(1);
    expect(org.log.billable()).toBe(4);
    expect(org.log.billableByKind()).toEqual({ search: 1, create: 2, update: 1 });
    expect(org.log.searches()).toEqual(['FIND {0412345678} IN PHONE FIELDS RETURNING Contact(Id)']);
    expect(org.log.of('create')[0]).toMatchObject({ status: 200, body: { records: [{ Subject: 'a' }] } });
  });

  it('the log knows how many requests ran at the same time', async () => {
    const { ask, org } = await connect();
    await ask('GET', '/limits');
    await ask('GET', '/limits');
    expect(org.log.mostAtOnce()).toBe(1);
    org.stage({ name: 'silence' });
    const waiting = new AbortController();
    const silent = ask('GET', '/limits', undefined, waiting.signal).catch(() => 'left');
    await expect.poll(() => org.log.all.at(-1)?.fault).toBe('silence');
    await ask('GET', '/limits');
    waiting.abort();
    expect(await silent).toBe('left');
    expect(org.log.mostAtOnce()).toBe(2);
  });
});

describe('an address', () => {
  it.each([
    ['v20.0', 410, 'UNSUPPORTED_API_VERSION'],
    ['v99.0', 404, 'NOT_FOUND'],
  ])('an address of the version %s is answered with %i', async (version, status, errorCode) => {
    const { org, token } = await connect();
    const headers = { authorization: `Bearer ${await token()}` };
    const answer = await send(`${org.url}/services/data/${version}/limits`, { headers });
    expect(answer).toMatchObject({ status, body: [{ errorCode }] });
  });

  it('an address that does not exist is answered with 404, and a wrong method with 405', async () => {
    const { ask } = await connect();
    expect(await ask('GET', '/sobjects')).toMatchObject({ status: 404 });
    expect(await ask('PUT', '/composite/sobjects', {})).toMatchObject({ status: 405 });
  });

  it('an address accepts only JSON', async () => {
    const { org, token } = await connect();
    const post = async (type: string, body: string) =>
      send(`${org.url}/services/data/v62.0/sobjects/Task`, {
        method: 'POST',
        headers: { authorization: `Bearer ${await token()}`, 'content-type': type },
        body,
      });
    expect(await post('text/plain', '{}')).toMatchObject({ status: 415 });
    expect(await post('application/json', '{')).toMatchObject({
      status: 400,
      body: [{ errorCode: 'JSON_PARSER_ERROR' }],
    });
  });
});

describe('an id', () => {
  it('an id has the same last three characters as in the real org', () => {
    expect(asLongId('001D000000IqhSL')).toBe('001D000000IqhSLIAZ');
  });

  it('an id is never used twice', () => {
    const ids = Array.from({ length: 5_000 }, (_, serial) => makeId('Task', serial));
    expect(new Set(ids).size).toBe(5_000);
  });
});
