import { afterEach, describe, expect, it } from 'vitest';
import type { JsonValue } from '../../../../src/domain/jet-fields.ts';
import { closeAll, connect } from './connect.ts';

afterEach(closeAll);

const root = '/services/data/v62.0';
const leadByNumber = {
  method: 'PATCH',
  url: `${root}/sobjects/Lead/Jet_Caller_Number__c/%2B61412345678`,
  referenceId: 'lead',
  body: { LastName: '+61 412 345 678', Company: 'Unknown' },
};
const taskOfLead = {
  method: 'POST',
  url: `${root}/sobjects/Task`,
  referenceId: 'task',
  body: { Subject: 'Call', WhoId: '@{lead.id}' },
};

function composite(compositeRequest: JsonValue[], allOrNone = false): JsonValue {
  return { allOrNone, compositeRequest };
}

describe('a composite request', () => {
  it('a composite request creates a lead and its task for the cost of one request', async () => {
    const { ask, org } = await connect();
    const { status, body } = await ask('POST', '/composite', composite([leadByNumber, taskOfLead]));
    const [lead, task] = [org.records('Lead')[0], org.records('Task')[0]];
    const [leadId, taskId] = [lead?.Id as string, task?.Id as string];
    expect(status).toBe(200);
    expect(body).toEqual({
      compositeResponse: [
        {
          body: { id: leadId, success: true, errors: [], created: true },
          httpHeaders: { Location: `${root}/sobjects/Lead/${leadId}` },
          httpStatusCode: 201,
          referenceId: 'lead',
        },
        {
          body: { id: taskId, success: true, errors: [] },
          httpHeaders: { Location: `${root}/sobjects/Task/${taskId}` },
          httpStatusCode: 201,
          referenceId: 'task',
        },
      ],
    });
    expect(task?.WhoId).toBe(leadId);
    expect(org.log.billable()).toBe(1);
  });

  it('a composite request continues after a refused record, but halts the steps that refer to it', async () => {
    const { ask, org } = await connect();
    org.duplicateRule('Lead', () => [org.add('Contact', { LastName: 'Ng' })]);
    const other = { ...taskOfLead, referenceId: 'other', body: { Subject: 'Other' } };
    const { body } = await ask('POST', '/composite', composite([leadByNumber, taskOfLead, other]));
    expect(body).toMatchObject({
      compositeResponse: [
        { httpStatusCode: 400, body: [{ errorCode: 'DUPLICATES_DETECTED' }] },
        {
          httpStatusCode: 400,
          body: [
            {
              errorCode: 'PROCESSING_HALTED',
              message: 'Invalid reference specified. No value for lead.id found in lead',
            },
          ],
        },
        { httpStatusCode: 201 },
      ],
    });
    expect(org.records('Task')).toMatchObject([{ Subject: 'Other' }]);
  });

  it('a composite request with allOrNone writes nothing when one record is refused', async () => {
    const { ask, org } = await connect();
    const bad = { ...taskOfLead, body: { ...taskOfLead.body, CallType: 'Sideways' } };
    const { body } = await ask('POST', '/composite', composite([leadByNumber, bad], true));
    expect(body).toMatchObject({
      compositeResponse: [
        { httpStatusCode: 400, body: [{ errorCode: 'PROCESSING_HALTED' }] },
        { httpStatusCode: 400, body: [{ errorCode: 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST' }] },
      ],
    });
    expect([org.records('Lead'), org.records('Task')]).toEqual([[], []]);
  });

  it('a composite request can refer to the answers of a collection and a query', async () => {
    const { ask, org } = await connect();
    const id = org.add('Contact', { LastName: 'Ng', Title: 'Chief' });
    const { body } = await ask(
      'POST',
      '/composite',
      composite([
        {
          method: 'GET',
          url: `${root}/query?q=${encodeURIComponent("SELECT Id FROM Contact WHERE Title = 'Chief'")}`,
          referenceId: 'found',
        },
        {
          method: 'POST',
          url: `${root}/composite/sobjects`,
          referenceId: 'made',
          body: { records: [{ attributes: { type: 'Task' }, WhoId: '@{found.records[0].Id}' }] },
        },
        {
          method: 'PATCH',
          url: `${root}/sobjects/Task/@{made[0].id}`,
          referenceId: 'named',
          body: { Subject: 'x' },
        },
      ]),
    );
    expect(body).toMatchObject({
      compositeResponse: [
        { httpStatusCode: 200 },
        { httpStatusCode: 200 },
        { httpStatusCode: 204, body: null },
      ],
    });
    expect(org.records('Task')).toMatchObject([{ WhoId: id, Subject: 'x' }]);
  });

  it('a composite request has at most 25 subrequests', async () => {
    const { ask, org } = await connect();
    const many = (count: number): JsonValue[] =>
      Array.from({ length: count }, (_, index) => ({ ...taskOfLead, referenceId: `t${index}`, body: {} }));
    expect(await ask('POST', '/composite', composite(many(26)))).toMatchObject({ status: 400 });
    expect(await ask('POST', '/composite', composite(many(25)))).toMatchObject({ status: 200 });
    expect(org.records('Task')).toHaveLength(25);
  });

  it('a composite request has at most five queries and collections together', async () => {
    const { ask } = await connect();
    const queries = Array.from({ length: 6 }, (_, index) => ({
      method: 'GET',
      url: `${root}/query?q=SELECT+Id+FROM+Task`,
      referenceId: `q${index}`,
    }));
    expect(await ask('POST', '/composite', composite(queries))).toMatchObject({ status: 400 });
    expect(await ask('POST', '/composite', composite(queries.slice(1)))).toMatchObject({ status: 200 });
  });

  it('a composite request has no repeated name and no search', async () => {
    const { ask } = await connect();
    expect(await ask('POST', '/composite', composite([taskOfLead, taskOfLead]))).toMatchObject({
      status: 400,
    });
    const search = { method: 'GET', url: `${root}/search?q=FIND`, referenceId: 'found' };
    expect((await ask('POST', '/composite', composite([search]))).body).toMatchObject({
      compositeResponse: [{ httpStatusCode: 400 }],
    });
  });
});
