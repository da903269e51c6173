import { afterEach, describe, expect, it } from 'vitest';
import { closeAll, connect } from '../connect.ts';

afterEach(closeAll);

describe('people in the org', () => {
  it('people in the org edit a task in their own name', async () => {
    let now = Date.UTC(2026, 10, 22, 1, 0, 0);
    const { org } = await connect({ clock: () => now });
    const id = org.add('Task', { Subject: 'Inbound call' });
    now += 60_000;
    org.people.edit(id, { Subject: 'Wants a quote', Description: 'Call back' });
    expect(org.record(id)).toMatchObject({
      Subject: 'Wants a quote',
      LastModifiedById: org.people.userId,
      LastModifiedDate: '2026-11-22T01:01:00.000+0000',
      CreatedDate: '2026-11-22T01:00:00.000+0000',
    });
  });

  it('a task that people in the org deleted no longer exists', async () => {
    const { org } = await connect();
    const id = org.add('Task', { Subject: 'Inbound call' });
    org.people.delete(id);
    expect(org.records('Task')).toEqual([]);
    expect(org.record(id)).toMatchObject({ IsDeleted: true });
    org.people.delete(org.add('Task', {}), { purge: true });
  });

  it('people in the org merge contacts, whose tasks move with them', async () => {
    const { org } = await connect();
    const [kept, other] = [org.add('Contact', { LastName: 'Ng' }), org.add('Contact', { LastName: 'Ngo' })];
    const task = org.add('Task', { WhoId: other });
    org.people.merge(kept, other);
    expect(org.record(task)).toMatchObject({ WhoId: kept });
    expect(org.record(other)).toMatchObject({ IsDeleted: true });
  });

  it('people in the org convert a lead into a contact with an account, which takes over its tasks', async () => {
    const { org } = await connect();
    const lead = org.add('Lead', { LastName: 'Ng', Company: 'Acme', Phone: '0412 345 678' });
    const task = org.add('Task', { WhoId: lead });
    const { contactId, accountId } = org.people.convert(lead);
    expect(org.record(lead)).toMatchObject({ IsConverted: true, ConvertedContactId: contactId });
    expect(org.record(contactId)).toMatchObject({ AccountId: accountId, Phone: '0412 345 678' });
    expect(org.record(task)).toMatchObject({ WhoId: contactId, AccountId: accountId });
  });

  it('people in the org cannot change a missing record', async () => {
    const { org } = await connect();
    expect(() => org.people.edit('00T000000000000', { Subject: 'x' })).toThrow('There is no record');
  });
});

it('people in the org cannot add a record with a field that its object lacks', async () => {
  const { org } = await connect();
  expect(() => org.add('Contact', { Nickname: 'x' })).toThrow('Contact has no Nickname');
});
