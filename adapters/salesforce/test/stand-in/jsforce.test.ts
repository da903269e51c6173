import jsforce from 'jsforce';
import { afterEach, describe, expect, it } from 'vitest';
import { closeAll, connect } from './connect.ts';

afterEach(closeAll);

/** Connects as an integration does, with client credentials. */
async function connectJsforce() {
  const { org } = await connect();
  const connection = new jsforce.Connection({
    loginUrl: org.url,
    version: '62.0',
    oauth2: { clientId: org.clientId, clientSecret: org.clientSecret, loginUrl: org.url },
  });
  const user = await connection.authorize({ grant_type: 'client_credentials' });
  return { org, connection, user };
}

describe('jsforce', () => {
  it('jsforce connects and knows the user and the instance', async () => {
    const { org, connection, user } = await connectJsforce();
    expect(user.id).toBe(org.integrationUserId);
    expect(connection.instanceUrl).toBe(org.url);
  });

  it('jsforce searches', async () => {
    const { org, connection } = await connectJsforce();
    const id = org.add('Contact', { LastName: 'Ng', Phone: '0412 345 678' });
    const found = await connection.search('FIND {"0412345678"} IN PHONE FIELDS RETURNING Contact(Id)');
    expect(found.searchRecords).toMatchObject([{ Id: id, attributes: { type: 'Contact' } }]);
    expect(connection.limitInfo.apiUsage).toEqual({ used: 1, limit: 100_000 });
  });

  it('jsforce creates many, updates many and upserts many', async () => {
    const { org, connection } = await connectJsforce();
    const tasks = connection.sobject('Task');
    const created = await tasks.create([
      { Subject: 'a', Jet_Call_Session_Id__c: 'k1' },
      { Subject: 'b', Jet_Call_Session_Id__c: 'k2' },
    ]);
    expect(created.map(({ success }) => success)).toEqual([true, true]);
    await tasks.update(created.map(({ id }) => ({ Id: id ?? '', Priority: 'High' })));
    await tasks.upsert([{ Jet_Call_Session_Id__c: 'k1', Subject: 'c' }], 'Jet_Call_Session_Id__c');
    expect(org.records('Task')).toMatchObject([
      { Subject: 'c', Priority: 'High' },
      { Subject: 'b', Priority: 'High' },
    ]);
    expect(org.log.billableByKind()).toEqual({ create: 1, update: 1, upsert: 1 });
  });

  it('jsforce gets the refusal of a record as an item, and the refusal of a request as an error with its code', async () => {
    const { connection } = await connectJsforce();
    const tasks = connection.sobject('Task');
    expect(await tasks.create([{ CallType: 'Sideways' }])).toMatchObject([
      { success: false, errors: [{ statusCode: 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST' }] },
    ]);
    await expect(tasks.create({ CallType: 'Sideways' })).rejects.toMatchObject({
      errorCode: 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
    });
  });

  it('jsforce finds the records of a duplicate rule in the error', async () => {
    const { org, connection } = await connectJsforce();
    const id = org.add('Lead', { LastName: 'Ng', Company: 'Acme' });
    org.duplicateRule('Lead', () => [id]);
    await expect(
      connection.sobject('Lead').create({ LastName: 'Ng', Company: 'Acme' }),
    ).rejects.toMatchObject({
      errorCode: 'DUPLICATES_DETECTED',
      data: { duplicateResult: { matchResults: [{ matchRecords: [{ record: { Id: id } }] }] } },
    });
  });

  it('jsforce describes, queries and reads many', async () => {
    const { org, connection } = await connectJsforce();
    const ids = [org.add('Task', { Subject: 'a' }), org.add('Task', { Subject: 'b' })];
    const { fields } = await connection.describe('Task');
    expect(fields.find(({ name }) => name === 'Jet_Call_Session_Id__c')).toMatchObject({ externalId: true });
    const { records } = await connection.query("SELECT Id FROM Task WHERE Subject = 'b'");
    expect(records).toMatchObject([{ Id: ids[1] }]);
    const read = await connection.sobject('Task').retrieve(ids, { fields: ['Subject'] });
    expect(read).toMatchObject([{ Subject: 'a' }, { Subject: 'b' }]);
  });

  it('jsforce sends a composite request', async () => {
    const { org, connection } = await connectJsforce();
    const root = '/services/data/v62.0';
    await connection.request({
      method: 'POST',
      url: '/composite',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        compositeRequest: [
          {
            method: 'PATCH',
            url: `${root}/sobjects/Lead/Jet_Caller_Number__c/%2B61412345678`,
            referenceId: 'lead',
            body: { LastName: 'x', Company: 'x' },
          },
          {
            method: 'POST',
            url: `${root}/sobjects/Task`,
            referenceId: 'task',
            body: { WhoId: '@{lead.id}' },
          },
        ],
      }),
    });
    expect(org.records('Task')[0]?.WhoId).toBe(org.records('Lead')[0]?.Id);
  });
});
