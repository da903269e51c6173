import { afterEach, describe, expect, it } from 'vitest';
import { closeAll, connect } from '../connect.ts';

afterEach(closeAll);

const call = { Subject: 'Inbound call', TaskSubtype: 'Call', Status: 'Completed' };

describe('one record', () => {
  it('a record is created with 201 and its address', async () => {
    const { ask, org } = await connect();
    const { status, body, headers } = await ask('POST', '/sobjects/Task', call);
    const id = org.records('Task')[0]?.Id as string;
    expect([status, body]).toEqual([201, { id, success: true, errors: [] }]);
    expect(headers.get('location')).toBe(`/services/data/v62.0/sobjects/Task/${id}`);
  });

  it('a record is refused with 400 and errorCode, not statusCode', async () => {
    const { ask } = await connect();
    const answer = await ask('POST', '/sobjects/Task', { ...call, Subject: 'x'.repeat(256) });
    expect(answer).toMatchObject({
      status: 400,
      body: [{ errorCode: 'STRING_TOO_LONG', fields: ['Subject'] }],
    });
  });

  it('a record is updated with 204, read, and not found once it is deleted', async () => {
    const { ask, org } = await connect();
    const id = org.add('Task', call);
    expect(await ask('PATCH', `/sobjects/Task/${id}`, { Subject: 'new' })).toMatchObject({
      status: 204,
      body: '',
    });
    const read = await ask('GET', `/sobjects/Task/${id}?fields=Subject,IsClosed`);
    expect(read.body).toMatchObject({ Id: id, Subject: 'new', IsClosed: true });
    org.people.delete(id);
    for (const method of ['GET', 'PATCH']) {
      const answer = await ask(
        method,
        `/sobjects/Task/${id}`,
        method === 'GET' ? undefined : { Subject: 'x' },
      );
      expect(answer).toMatchObject({ status: 404, body: [{ errorCode: 'ENTITY_IS_DELETED' }] });
    }
  });

  it('a record is upserted by a key in the address, decoded', async () => {
    const { ask, org } = await connect();
    const lead = { LastName: '+61 4…', Company: 'Unknown' };
    const path = '/sobjects/Lead/Jet_Caller_Number__c/%2B61412345678';
    expect(await ask('PATCH', path, lead)).toMatchObject({ status: 201, body: { created: true } });
    expect(await ask('PATCH', path, lead)).toMatchObject({ status: 200, body: { created: false } });
    expect(org.records('Lead')).toMatchObject([{ Jet_Caller_Number__c: '+61412345678' }]);
  });

  it('a record is not upserted when its key is also in the body', async () => {
    const { ask } = await connect();
    const body = { LastName: 'x', Company: 'x', Jet_Caller_Number__c: '+61412345678' };
    expect(await ask('PATCH', '/sobjects/Lead/Jet_Caller_Number__c/%2B61412345678', body)).toMatchObject({
      status: 400,
      body: [{ errorCode: 'INVALID_FIELD' }],
    });
  });

  it('a record is not upserted when two records have its key', async () => {
    const { ask, org } = await connect({ fieldChanges: { 'Lead.Jet_Caller_Number__c': { unique: false } } });
    const lead = { LastName: 'x', Company: 'x', Jet_Caller_Number__c: '1' };
    const ids = [org.add('Lead', lead), org.add('Lead', lead)];
    const answer = await ask('PATCH', '/sobjects/Lead/Jet_Caller_Number__c/1', { LastName: 'new' });
    expect(answer).toMatchObject({
      status: 300,
      body: ids.map((id) => `/services/data/v62.0/sobjects/Lead/${id}`),
    });
  });
});
