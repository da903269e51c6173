import { describe, expect, it } from 'vitest';
import { standIns, type StandInUnderTest } from '../stand-in-under-test.ts';

const open = standIns();
const base = '/crm/v4/associations/calls/contacts/batch';
const seeds = {
  companies: [{ id: '8', properties: {} }],
  contacts: [
    { id: '6', properties: {} },
    { id: '7', properties: { associatedcompanyid: '8' } },
  ],
};

function call(hubspot: StandInUnderTest): string {
  return hubspot.person.add('calls', { properties: {} });
}

describe('associations in the stand-in HubSpot', () => {
  it('default associations have the type of their ends', async () => {
    const hubspot = await open(seeds);
    const id = call(hubspot);
    const inputs = [{ from: { id }, to: { id: '7' } }];
    const { status, body } = await hubspot.post(`${base}/associate/default`, { inputs });
    expect([status, body.results[0]?.associationSpec]).toEqual([
      200,
      { associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 194 },
    ]);
    expect(hubspot.record('calls', id)?.contacts).toEqual(['7']);
    expect(hubspot.record('contacts', '7')?.calls).toEqual([id]);
  });

  it('an association can be made again without another effect', async () => {
    const hubspot = await open(seeds);
    const id = call(hubspot);
    const inputs = [{ from: { id }, to: { id: '7' } }];
    for (let times = 0; times < 2; times += 1) await hubspot.post(`${base}/associate/default`, { inputs });
    expect(hubspot.record('calls', id)?.contacts).toEqual(['7']);
  });

  it('default associations are added to the records that exist', async () => {
    const hubspot = await open(seeds);
    const id = call(hubspot);
    hubspot.person.link(id, { contacts: ['6'] });
    await hubspot.post(`${base}/associate/default`, { inputs: [{ from: { id }, to: { id: '7' } }] });
    expect(hubspot.record('calls', id)?.contacts).toEqual(['6', '7']);
  });

  it('an association with a missing contact is an error inside the 200, beside the others', async () => {
    const hubspot = await open(seeds);
    const id = call(hubspot);
    const inputs = ['404', '7'].map((to) => ({ from: { id }, to: { id: to } }));
    const { status, body } = await hubspot.post(`${base}/associate/default`, { inputs });
    expect([status, body.numErrors, body.errors[0]?.context.toObjectId]).toEqual([200, 1, ['404']]);
    expect(hubspot.record('calls', id)?.contacts).toEqual(['7']);
  });

  it('an association with types causes a 207 when one of the records does not exist', async () => {
    const hubspot = await open(seeds);
    const id = call(hubspot);
    const types = [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 194 }];
    const inputs = ['404', '7'].map((to) => ({ from: { id }, to: { id: to }, types }));
    const { status, body } = await hubspot.post(`${base}/create`, { inputs });
    expect([status, body.results.length]).toEqual([207, 1]);
  });

  it('an association with a type for other objects is refused', async () => {
    const hubspot = await open(seeds);
    const types = [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 182 }];
    const inputs = [{ from: { id: call(hubspot) }, to: { id: '7' }, types }];
    expect((await hubspot.post(`${base}/create`, { inputs })).status).toBe(400);
  });

  it('the associations of contacts lead to the company that they name', async () => {
    const hubspot = await open(seeds);
    const path = '/crm/v4/associations/contacts/companies/batch/read';
    const { status, body } = await hubspot.post(path, { inputs: [{ id: '7' }] });
    expect(status).toBe(200);
    expect(body.results).toMatchObject([{ from: { id: '7' }, to: [{ toObjectId: '8' }] }]);
  });

  it('a 207 names the associations that do not exist', async () => {
    const hubspot = await open(seeds);
    const path = '/crm/v4/associations/contacts/companies/batch/read';
    const { status, body } = await hubspot.post(path, { inputs: [{ id: '6' }] });
    expect([status, body.errors[0]]).toEqual([
      207,
      expect.objectContaining({ subCategory: 'crm.associations.NO_ASSOCIATIONS_FOUND' }),
    ]);
  });

  it('a batch has at most 2,000 associations, and a read at most 1,000', async () => {
    const hubspot = await open();
    const pairs = Array.from({ length: 2_001 }, () => ({ from: { id: '1' }, to: { id: '2' } }));
    const ids = Array.from({ length: 1_001 }, (_, id) => ({ id: String(id) }));
    expect((await hubspot.post(`${base}/associate/default`, { inputs: pairs })).status).toBe(400);
    expect((await hubspot.post(`${base}/associate/default`, { inputs: pairs.slice(1) })).status).toBe(200);
    expect((await hubspot.post(`${base}/read`, { inputs: ids })).status).toBe(400);
  });
});
