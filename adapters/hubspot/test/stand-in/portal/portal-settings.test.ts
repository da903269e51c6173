import { describe, expect, it } from 'vitest';
import { calls, keyProperty, newCall, standIns } from '../stand-in-under-test.ts';

const open = standIns();
const path = '/crm/v3/properties/calls';
const property = {
  name: 'new_key',
  label: 'New key',
  groupName: 'call_information',
  type: 'string',
  fieldType: 'text',
  hasUniqueValue: true,
};

describe('properties in the stand-in HubSpot', () => {
  it('properties are listed with their options', async () => {
    const hubspot = await open();
    const { body } = await hubspot.ask('GET', path);
    const properties = body.results as unknown as {
      name: string;
      options: { label: string; value: string }[];
    }[];
    const options = properties.find(({ name }) => name === 'hs_call_disposition')?.options;
    expect(options?.find(({ label }) => label === 'No answer')?.value).toBe(
      '73a0d17f-1163-4015-bdd5-ec830791da20',
    );
  });

  it('a property is read by name, and shows whether it is unique', async () => {
    const hubspot = await open();
    const { status, body } = await hubspot.ask('GET', `${path}/${keyProperty}`);
    expect([status, body.hasUniqueValue]).toEqual([200, true]);
  });

  it('an unknown property is answered with 404', async () => {
    const hubspot = await open();
    expect((await hubspot.ask('GET', `${path}/nonsense`)).status).toBe(404);
  });

  it('a property that was made holds values', async () => {
    const hubspot = await open();
    const { status, body } = await hubspot.post(path, property);
    expect([status, body.hasUniqueValue]).toEqual([201, true]);
    const input = newCall('a', { new_key: 'x' });
    expect((await hubspot.post(`${calls}/batch/create`, { inputs: [input] })).status).toBe(201);
  });

  it('a property that exists is answered with 409', async () => {
    const hubspot = await open();
    await hubspot.post(path, property);
    expect((await hubspot.post(path, property)).status).toBe(409);
  });

  it('a property on calls is not unique where the portal refuses it', async () => {
    const hubspot = await open({ uniqueOnCalls: 'refused' });
    expect((await hubspot.post(path, property)).status).toBe(400);
    expect((await hubspot.post(path, { ...property, hasUniqueValue: false })).status).toBe(201);
  });

  it('an object can have at most ten unique properties', async () => {
    const hubspot = await open();
    const statuses: number[] = [];
    for (let count = 0; count < 10; count += 1)
      statuses.push((await hubspot.post(path, { ...property, name: `key_${count}` })).status);
    // One was there from the start.
    expect(statuses).toEqual([201, 201, 201, 201, 201, 201, 201, 201, 201, 400]);
  });

  it.each([
    ['a name in capitals', { name: 'NewKey' }],
    ['a group that does not exist', { groupName: 'jet' }],
    ['no label', { label: undefined }],
  ])('a property with %s is refused', async (_, change) => {
    const hubspot = await open();
    expect((await hubspot.post(path, { ...property, ...change })).status).toBe(400);
  });

  it('a group of properties can be read, and can be created only once', async () => {
    const hubspot = await open();
    const group = { name: 'jet', label: 'Jet' };
    expect((await hubspot.ask('GET', `${path}/groups/jet`)).status).toBe(404);
    expect((await hubspot.post(`${path}/groups`, group)).status).toBe(201);
    expect((await hubspot.post(`${path}/groups`, group)).status).toBe(409);
    expect((await hubspot.ask('GET', `${path}/groups/jet`)).body).toMatchObject(group);
    expect((await hubspot.post(path, { ...property, groupName: 'jet' })).status).toBe(201);
  });

  it('the groups of properties can be listed', async () => {
    const hubspot = await open();
    const { body } = await hubspot.ask('GET', `${path}/groups`);
    expect(body.results).toMatchObject([{ name: 'call_information' }]);
  });
});

describe('owners in the stand-in HubSpot', () => {
  const owners = [
    { id: '31', email: 'Ann@example.com' },
    { id: '32', email: 'bob@example.com', archived: true },
    { id: '33', email: 'cy@example.com' },
  ];
  const ids = (body: { results: readonly { id: string }[] }): string[] => body.results.map(({ id }) => id);

  it('owners are listed without archived owners', async () => {
    const hubspot = await open({ owners });
    expect(ids((await hubspot.ask('GET', '/crm/v3/owners/?limit=100')).body)).toEqual(['31', '33']);
  });

  it('archived owners are listed on request', async () => {
    const hubspot = await open({ owners });
    expect(ids((await hubspot.ask('GET', '/crm/v3/owners?archived=true')).body)).toEqual(['32']);
  });

  it('owners are listed in pages', async () => {
    const hubspot = await open({ owners });
    const { body } = await hubspot.ask('GET', '/crm/v3/owners/?limit=1');
    const next = await hubspot.ask('GET', `/crm/v3/owners/?limit=1&after=${body.paging?.next.after}`);
    expect([ids(body), ids(next.body), next.body.paging]).toEqual([['31'], ['33'], undefined]);
  });

  it('an owner is found by email, whatever its case', async () => {
    const hubspot = await open({ owners });
    expect(ids((await hubspot.ask('GET', '/crm/v3/owners?email=ann@EXAMPLE.com')).body)).toEqual(['31']);
  });

  it('an owner that a person archived is refused on records', async () => {
    const hubspot = await open({ owners });
    hubspot.person.archiveOwner('31');
    const input = newCall('a', { hubspot_owner_id: '31' });
    expect((await hubspot.post(`${calls}/batch/create`, { inputs: [input] })).body.numErrors).toBe(1);
  });
});
