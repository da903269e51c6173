import { describe, expect, it } from 'vitest';
import { calls, newCall, searchFor, standIns } from '../stand-in-under-test.ts';

const open = standIns();
const seeds = {
  contacts: ['6', '7'].map((id) => ({ id, properties: { phone: `0412 345 67${id}` } })),
  companies: [{ id: '8', properties: {} }],
};

describe('a person in the stand-in HubSpot', () => {
  it('a person can edit a call without the rules of the API', async () => {
    const hubspot = await open();
    const { body } = await hubspot.post(`${calls}/batch/create`, { inputs: [newCall('a')] });
    const id = body.results[0]?.id ?? '';
    hubspot.person.edit('calls', id, { hs_call_title: 'Mine', hs_call_status: 'MISSED' });
    expect(hubspot.record('calls', id)?.properties).toMatchObject({
      hs_call_title: 'Mine',
      hs_call_status: 'MISSED',
    });
  });

  it('a person can move a call to another contact, and its company stays', async () => {
    const hubspot = await open(seeds);
    const input = newCall('a', {}, { contacts: ['6'], companies: ['8'] });
    const { body } = await hubspot.post(`${calls}/batch/create`, { inputs: [input] });
    const id = body.results[0]?.id ?? '';
    hubspot.person.link(id, { contacts: ['7'] });
    expect(hubspot.record('calls', id)).toMatchObject({ contacts: ['7'], companies: ['8'] });
    expect(['6', '7'].map((contact) => hubspot.record('contacts', contact)?.calls)).toEqual([[], [id]]);
  });

  it('a call that a person deleted no longer exists', async () => {
    const hubspot = await open();
    const { body } = await hubspot.post(`${calls}/batch/create`, { inputs: [newCall('a')] });
    const id = body.results[0]?.id ?? '';
    hubspot.person.remove('calls', id);
    const inputs = [{ id, properties: { hs_call_title: 'New' } }];
    expect((await hubspot.post(`${calls}/batch/update`, { inputs })).body.errors[0]?.context.ids).toEqual([
      id,
    ]);
  });

  it('the calls of a contact that a person deleted are on nobody', async () => {
    const hubspot = await open(seeds);
    await hubspot.post(`${calls}/batch/create`, { inputs: [newCall('a', {}, { contacts: ['7'] })] });
    hubspot.person.remove('contacts', '7');
    expect(hubspot.records('calls')[0]?.contacts).toEqual([]);
  });

  it('a merged contact gives its calls to the survivor, and its old id leads to the survivor', async () => {
    const hubspot = await open(seeds);
    await hubspot.post(`${calls}/batch/create`, { inputs: [newCall('a', {}, { contacts: ['7'] })] });
    hubspot.person.merge('contacts', '6', '7');
    expect(hubspot.records('calls')[0]?.contacts).toEqual(['6']);
    expect((await hubspot.ask('GET', '/crm/v3/objects/contacts/7')).body.id).toBe('6');
    await hubspot.post(`${calls}/batch/create`, { inputs: [newCall('b', {}, { contacts: ['7'] })] });
    expect(hubspot.records('calls')[1]?.contacts).toEqual(['6']);
  });

  it('a search finds only the survivor of merged contacts', async () => {
    const hubspot = await open(seeds);
    hubspot.person.merge('contacts', '6', '7');
    const { body } = await hubspot.post('/crm/v3/objects/contacts/search', searchFor());
    expect(body.results.map(({ id }) => id)).toEqual(['6']);
  });

  it('a person can add a contact, which gets its calculated numbers', async () => {
    const hubspot = await open();
    const id = hubspot.person.add('contacts', { properties: { mobilephone: '0412 345 678' } });
    expect(hubspot.record('contacts', id)?.properties.hs_searchable_calculated_mobile_number).toBe(
      '412345678',
    );
  });

  it('a person gets an error for an unknown id', async () => {
    const hubspot = await open();
    expect(() => hubspot.person.remove('calls', '404')).toThrow('The portal has no calls 404');
  });
});

describe('a seeded contact', () => {
  it('a seeded contact keeps the moment and the calculated number that it was given', async () => {
    const properties = {
      lastmodifieddate: '2026-01-01T00:00:00.000Z',
      hs_calculated_phone_number: '+61400000000',
    };
    const hubspot = await open({ contacts: [{ id: '7', properties }] });
    expect(hubspot.record('contacts', '7')?.properties).toMatchObject(properties);
  });
});
