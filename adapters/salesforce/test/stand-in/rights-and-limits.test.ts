import { afterEach, describe, expect, it } from 'vitest';
import { closeAll, codesOf, connect } from './connect.ts';

afterEach(closeAll);

describe('a task of another owner', () => {
  it.each([
    ['editable', 'ok', true, 1],
    ['read only', 'INSUFFICIENT_ACCESS_OR_READONLY', false, 1],
    ['hidden', 'INVALID_CROSS_REFERENCE_KEY', false, 0],
  ] as const)(
    'a task of another owner is %s as the org is set up',
    async (othersTasks, code, mayEdit, seen) => {
      const { ask, query, org } = await connect({ othersTasks });
      const id = org.add('Task', { Subject: 'Theirs', OwnerId: org.people.userId });
      const records = [{ attributes: { type: 'Task' }, id, Subject: 'Ours' }];
      expect(codesOf(await ask('PATCH', '/composite/sobjects', { records }))).toEqual([code]);
      const user = org.integrationUserId;
      const access = await query(
        `SELECT RecordId, HasEditAccess FROM UserRecordAccess WHERE UserId = '${user}' AND RecordId = '${id}'`,
      );
      expect(access.body).toMatchObject({ records: [{ RecordId: id, HasEditAccess: mayEdit }] });
      const others = await query(`SELECT Id FROM Task WHERE OwnerId != '${user}'`);
      expect(others.body).toMatchObject({ totalSize: seen });
    },
  );
});

describe('a write of many tasks', () => {
  it('a write of many tasks is refused when a trigger cannot handle that many, and a smaller write is accepted', async () => {
    const { createTasks, org } = await connect({ rowsPerWriteMax: 2 });
    const many = await createTasks({ Subject: 'a' }, { Subject: 'b' }, { Subject: 'c' });
    expect(codesOf(many)).toEqual(Array(3).fill('CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY'));
    org.setUp({ rowsPerWriteMax: 3 });
    await createTasks({ Subject: 'a' }, { Subject: 'b' }, { Subject: 'c' });
    expect(org.records('Task')).toHaveLength(3);
  });
});

describe('a lead', () => {
  it('a user without the right cannot create a lead, and describe shows it', async () => {
    const { ask, org } = await connect({ mayCreateLeads: false });
    expect((await ask('GET', '/sobjects/Lead/describe')).body).toMatchObject({ createable: false });
    const refused = await ask('POST', '/sobjects/Lead', { LastName: 'Ng', Company: 'Acme' });
    expect(refused.status).toBe(400);
    expect(org.records('Lead')).toEqual([]);
  });
});

it('an instant keeps only whole seconds', async () => {
  const { createTasks, org } = await connect();
  await createTasks({ Subject: 'Call', ReminderDateTime: '2026-11-22T01:02:03.999Z' });
  expect(org.records('Task')).toMatchObject([{ ReminderDateTime: '2026-11-22T01:02:03.000+0000' }]);
});
