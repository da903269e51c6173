import { afterEach, describe, expect, it } from 'vitest';
import { closeAll, codesOf, connect, idsOf } from '../connect.ts';

afterEach(closeAll);

const call = { Subject: 'Inbound call', TaskSubtype: 'Call', Status: 'Completed' };
const key = (value: string) => ({ ...call, Jet_Call_Session_Id__c: value });
const typed = (type: string, fields: Record<string, string>) => ({ attributes: { type }, ...fields });

describe('creating many', () => {
  it('a create of many answers in the order of the request', async () => {
    const { createTasks, org } = await connect();
    const { status, body } = await createTasks({ ...call, Subject: 'one' }, { ...call, Subject: 'two' });
    expect(status).toBe(200);
    expect(body).toEqual(org.records('Task').map(({ Id }) => ({ id: Id, success: true, errors: [] })));
    expect(org.records('Task').map(({ Subject }) => Subject)).toEqual(['one', 'two']);
  });

  it('a create of many refuses one record and accepts the others', async () => {
    const { createTasks, org } = await connect();
    const answer = await createTasks(call, { ...call, CallType: 'Sideways' }, call);
    expect(codesOf(answer)).toEqual(['ok', 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST', 'ok']);
    expect(org.records('Task')).toHaveLength(2);
  });

  it('a create of many with allOrNone writes nothing when one record is refused', async () => {
    const { ask, org } = await connect();
    const records = [typed('Task', call), typed('Task', { ...call, CallType: 'Sideways' })];
    const answer = await ask('POST', '/composite/sobjects', { allOrNone: true, records });
    expect(codesOf(answer)).toEqual([
      'ALL_OR_NONE_OPERATION_ROLLED_BACK',
      'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
    ]);
    expect(org.records('Task')).toEqual([]);
  });

  it('a create of many accepts several types', async () => {
    const { ask, org } = await connect();
    const records = [typed('Task', call), typed('Lead', { LastName: 'Ng', Company: 'Acme' })];
    expect(codesOf(await ask('POST', '/composite/sobjects', { records }))).toEqual(['ok', 'ok']);
    expect(org.records('Lead')).toMatchObject([{ Name: 'Ng', IsConverted: false }]);
  });

  it('a create of many accepts at most ten runs of types', async () => {
    const { ask } = await connect();
    const records = Array.from({ length: 11 }, (_, index) =>
      index % 2 === 0 ? typed('Task', call) : typed('Contact', { LastName: 'Ng' }),
    );
    expect(await ask('POST', '/composite/sobjects', { records })).toMatchObject({ status: 400 });
    expect(await ask('POST', '/composite/sobjects', { records: records.slice(1) })).toMatchObject({
      status: 200,
    });
  });

  it('a create of many accepts at most 200 records', async () => {
    const { createTasks, org } = await connect();
    const tasks = Array.from({ length: 201 }, () => call);
    expect(await createTasks(...tasks)).toMatchObject({
      status: 400,
      body: [{ errorCode: 'EXCEEDED_ID_LIMIT' }],
    });
    expect(org.records('Task')).toEqual([]);
    expect(idsOf(await createTasks(...tasks.slice(1)))).toHaveLength(200);
  });

  it('a create of many needs a type', async () => {
    const { ask } = await connect();
    expect(await ask('POST', '/composite/sobjects', { records: [call] })).toMatchObject({ status: 400 });
  });
});

describe('a unique key', () => {
  const taken = (id: string) =>
    `duplicate value found: Jet_Call_Session_Id__c duplicates value on record with id: ${id}`;

  it("a unique key is refused the second time, and the error has the record's id of 15 characters", async () => {
    const { createTasks, org } = await connect();
    const [id = ''] = idsOf(await createTasks(key('k1')));
    expect((await createTasks(key('k1'))).body).toEqual([
      {
        success: false,
        errors: [{ statusCode: 'DUPLICATE_VALUE', message: taken(id.slice(0, 15)), fields: [] }],
      },
    ]);
    expect(org.records('Task')).toHaveLength(1);
  });

  it('a refused unique key does not name the record when the option hides it', async () => {
    const { createTasks } = await connect({ duplicateMessage: 'hidden' });
    await createTasks(key('k1'));
    expect((await createTasks(key('k1'))).body).toMatchObject([
      { errors: [{ message: taken('<unknown>') }] },
    ]);
  });

  it('a unique key differs from another one by the case of its letters', async () => {
    const { createTasks } = await connect();
    expect(codesOf(await createTasks(key('k1'), key('K1')))).toEqual(['ok', 'ok']);
  });

  it('a unique key does not differ by case when the field is not case-sensitive', async () => {
    const { createTasks } = await connect({
      fieldChanges: { 'Task.Jet_Call_Session_Id__c': { caseSensitive: false } },
    });
    await createTasks(key('k1'));
    expect(codesOf(await createTasks(key('K1')))).toEqual(['DUPLICATE_VALUE']);
  });

  it('a unique key is refused on every record that has it within one request', async () => {
    const { createTasks, org } = await connect();
    const answer = await createTasks(key('k1'), key('k2'), key('k1'));
    expect(codesOf(answer)).toEqual(['DUPLICATE_VALUE', 'ok', 'DUPLICATE_VALUE']);
    expect(answer.body).toMatchObject([{ errors: [{ message: taken('<unknown>') }] }, {}, {}]);
    expect(org.records('Task')).toHaveLength(1);
  });

  it('a unique key is free again when its record is deleted', async () => {
    const { createTasks, org } = await connect();
    const [id = ''] = idsOf(await createTasks(key('k1')));
    org.people.delete(id);
    expect(codesOf(await createTasks(key('k1')))).toEqual(['ok']);
  });

  it('a key can repeat when the field is not unique', async () => {
    const { createTasks } = await connect({
      fieldChanges: { 'Task.Jet_Call_Session_Id__c': { unique: false } },
    });
    expect(codesOf(await createTasks(key('k1'), key('k1')))).toEqual(['ok', 'ok']);
  });
});

describe('updating by id', () => {
  it('an update by id changes the given fields and no others', async () => {
    const { ask, createTasks, org } = await connect();
    const [id = ''] = idsOf(await createTasks({ ...call, CallDurationInSeconds: 10 }));
    const records = [{ attributes: { type: 'Task' }, id, CallDurationInSeconds: 20 }];
    expect((await ask('PATCH', '/composite/sobjects', { records })).body).toEqual([
      { id, success: true, errors: [] },
    ]);
    expect(org.record(id)).toMatchObject({ Subject: 'Inbound call', CallDurationInSeconds: 20 });
  });

  it('an update by id reports deleted, unknown, malformed and missing ids', async () => {
    const { ask, createTasks, org } = await connect();
    const ids = idsOf(await createTasks(call, call));
    org.people.delete(ids[0] ?? '');
    org.people.delete(ids[1] ?? '', { purge: true });
    const records = [...ids, 'x', undefined].map((id) => ({
      attributes: { type: 'Task' },
      Subject: 'new',
      ...(id === undefined ? {} : { id }),
    }));
    expect(codesOf(await ask('PATCH', '/composite/sobjects', { records }))).toEqual([
      'ENTITY_IS_DELETED',
      'INVALID_CROSS_REFERENCE_KEY',
      'MALFORMED_ID',
      'MISSING_ARGUMENT',
    ]);
  });
});

describe('upserting many', () => {
  const path = '/composite/sobjects/Task/Jet_Call_Session_Id__c';
  const records = (...tasks: Record<string, string>[]) => ({
    records: tasks.map((task) => typed('Task', task)),
  });

  it('an upsert of many creates the first time and updates the second', async () => {
    const { ask, org } = await connect();
    const { body } = await ask('PATCH', path, records(key('k1')));
    expect(body).toMatchObject([{ success: true, created: true }]);
    const again = await ask('PATCH', path, records({ Jet_Call_Session_Id__c: 'k1', Subject: 'new' }));
    expect(again.body).toMatchObject([{ success: true, created: false }]);
    expect(org.records('Task')).toMatchObject([{ Subject: 'new' }]);
  });

  it('an upsert of many refuses a create-only field when the record exists', async () => {
    const { ask } = await connect();
    await ask('PATCH', path, records(key('k1')));
    expect(codesOf(await ask('PATCH', path, records(key('k1'))))).toEqual([
      'INVALID_FIELD_FOR_INSERT_UPDATE',
    ]);
  });

  it('an upsert of many refuses each record whose key comes twice', async () => {
    const { ask } = await connect();
    const answer = await ask('PATCH', path, records(key('k1'), key('k1')));
    expect(answer.body).toMatchObject([
      { errors: [{ message: 'Duplicate external id specified: k1' }] },
      { errors: [{ statusCode: 'DUPLICATE_VALUE' }] },
    ]);
  });

  it('an upsert of many needs a field that is an external id', async () => {
    const { ask } = await connect();
    expect(await ask('PATCH', '/composite/sobjects/Task/CallObject', records(call))).toMatchObject({
      status: 404,
    });
  });
});

describe('a missing field', () => {
  it('a missing field refuses the request as a whole', async () => {
    const { createTasks, org } = await connect({ missingFields: ['Task.Jet_Call_Session_Id__c'] });
    expect(await createTasks(call, key('k1'))).toMatchObject({
      status: 400,
      body: [
        {
          errorCode: 'INVALID_FIELD',
          message: "No such column 'Jet_Call_Session_Id__c' on sobject of type Task",
        },
      ],
    });
    expect(org.records('Task')).toEqual([]);
  });

  it('a missing field refuses only its record when the option says so', async () => {
    const { createTasks } = await connect({ unknownFieldRefuses: 'record' });
    expect(codesOf(await createTasks(call, { ...call, Nickname__c: 'x' }))).toEqual(['ok', 'INVALID_FIELD']);
  });
});

it('a read of many records by id returns null for a missing one', async () => {
  const { ask, org } = await connect();
  const ids = [org.add('Task', { Subject: 'a' }), org.add('Task', { Subject: 'b' })];
  org.people.delete(ids[1] ?? '');
  const { body } = await ask('POST', '/composite/sobjects/Task', { ids, fields: ['Subject'] });
  expect(body).toMatchObject([{ Id: ids[0], Subject: 'a' }, null]);
});
