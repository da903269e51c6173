import { afterEach, describe, expect, it } from 'vitest';
import { closeAll, connect, idsOf } from './connect.ts';

afterEach(closeAll);

const call = { Subject: 'Inbound call', TaskSubtype: 'Call', Status: 'Completed' };

describe('many records at once', () => {
  it('creates them and answers in the order of the request', async () => {
    const { createTasks, org } = await connect();
    const { status, body } = await createTasks({ ...call, Subject: 'one' }, { ...call, Subject: 'two' });
    expect(status).toBe(200);
    expect(body).toEqual(org.records('Task').map(({ Id }) => ({ id: Id, success: true, errors: [] })));
    expect(org.records('Task').map(({ Subject }) => Subject)).toEqual(['one', 'two']);
  });

  it('says which record holds a unique key, by an id of 15 characters', async () => {
    const { createTasks } = await connect();
    const [id = ''] = idsOf(await createTasks({ ...call, Jet_Call_Session_Id__c: 'k1' }));
    const { body } = await createTasks({ ...call, Jet_Call_Session_Id__c: 'k1' });
    expect(body).toEqual([
      {
        success: false,
        errors: [
          {
            statusCode: 'DUPLICATE_VALUE',
            message: `duplicate value found: Jet_Call_Session_Id__c duplicates value on record with id: ${id.slice(0, 15)}`,
            fields: [],
          },
        ],
      },
    ]);
  });
});
