import { describe, expect, it } from 'vitest';
import { calls, contacts, keyProperty, newCall, searchFor, standIns } from '../stand-in-under-test.ts';

const open = standIns();
const search = `${contacts}/search`;
const phones = (...values: string[]) => ({
  propertyName: 'hs_searchable_calculated_phone_number',
  operator: 'IN',
  values,
});
const ann = { id: '1', properties: { firstname: 'Ann', phone: '0412 345 678' } };
const bob = { id: '2', properties: { firstname: 'Bob', mobilephone: '+64 21 123 4567' } };

describe('searching the stand-in HubSpot', () => {
  it('a search finds by national digits, and returns the requested properties', async () => {
    const hubspot = await open({ contacts: [ann, bob] });
    const { body } = await hubspot.post(search, searchFor(phones('412345678', '61412345678')));
    expect([body.total, body.results.map(({ id }) => id)]).toEqual([1, ['1']]);
    expect(body.results[0]?.properties).toMatchObject({
      phone: '0412 345 678',
      hs_calculated_phone_number: '+61412345678',
    });
  });

  it('a search does not find E.164 in the searchable property', async () => {
    const hubspot = await open({ contacts: [ann] });
    expect((await hubspot.post(search, searchFor(phones('+61412345678')))).body.total).toBe(0);
  });

  it('a search treats groups as alternatives', async () => {
    const hubspot = await open({ contacts: [ann, bob] });
    const mobiles = { ...phones('211234567'), propertyName: 'hs_searchable_calculated_mobile_number' };
    expect((await hubspot.post(search, searchFor(phones('412345678'), mobiles))).body.total).toBe(2);
  });

  it('a search requires all filters of a group to match', async () => {
    const hubspot = await open({ contacts: [ann] });
    const named = { propertyName: 'firstname', operator: 'EQ', value: 'bob' };
    const body = { ...searchFor(), filterGroups: [{ filters: [phones('412345678'), named] }] };
    expect((await hubspot.post(search, body)).body.total).toBe(0);
  });

  it('a search with EQ compares texts whatever their case', async () => {
    const hubspot = await open({ contacts: [ann] });
    const named = { propertyName: 'firstname', operator: 'EQ', value: 'ANN' };
    expect((await hubspot.post(search, searchFor(named))).body.total).toBe(1);
  });

  it('a search with IN finds texts in lower case only', async () => {
    const hubspot = await open({ contacts: [ann] });
    const named = (value: string) =>
      searchFor({ propertyName: 'firstname', operator: 'IN', values: [value] });
    expect((await hubspot.post(search, named('Ann'))).body.total).toBe(0);
    expect((await hubspot.post(search, named('ann'))).body.total).toBe(1);
  });

  it('a search with GTE compares moments', async () => {
    const hubspot = await open();
    await hubspot.post(`${calls}/batch/create`, { inputs: [newCall('a')] });
    const since = (value: string) => searchFor({ propertyName: 'hs_timestamp', operator: 'GTE', value });
    expect((await hubspot.post(`${calls}/search`, since('1795309200000'))).body.total).toBe(1);
    expect((await hubspot.post(`${calls}/search`, since('1795309200001'))).body.total).toBe(0);
  });

  it('a search finds calls by their key', async () => {
    const hubspot = await open();
    await hubspot.post(`${calls}/batch/create`, { inputs: [newCall('a'), newCall('b')] });
    const body = searchFor({ propertyName: keyProperty, operator: 'IN', values: ['a', 'c'] });
    expect((await hubspot.post(`${calls}/search`, body)).body.total).toBe(1);
  });

  it('a search finds companies by their number', async () => {
    const hubspot = await open({ companies: [{ properties: { phone: '(02) 9999 1234' } }] });
    expect(
      (await hubspot.post('/crm/v3/objects/companies/search', searchFor(phones('299991234')))).body.total,
    ).toBe(1);
  });

  it('a search returns the page that begins behind `after`', async () => {
    const hubspot = await open({
      contacts: ['1', '2', '3'].map((id) => ({ id, properties: ann.properties })),
    });
    const body = { ...searchFor(phones('412345678')), limit: 2 };
    const first = await hubspot.post(search, body);
    const second = await hubspot.post(search, { ...body, after: first.body.paging?.next.after });
    expect([first, second].map((page) => page.body.results.map(({ id }) => id))).toEqual([['1', '2'], ['3']]);
    expect([second.body.total, second.body.paging]).toEqual([3, undefined]);
  });

  it('a search sorts by a property, in descending order with a minus', async () => {
    const hubspot = await open({ contacts: [ann, bob] });
    const { body } = await hubspot.post(search, { ...searchFor(), sorts: ['-firstname'] });
    expect(body.results.map(({ id }) => id)).toEqual(['2', '1']);
  });

  const digits = (count: number): string[] =>
    Array.from({ length: count }, (_, index) => String(400_000_000 + index));
  const filters = (count: number): unknown[] => Array.from({ length: count }, () => phones('1'));
  it.each([
    ['six groups', { filterGroups: filters(6).map((filter) => ({ filters: [filter] })) }],
    ['seven filters in a group', { filterGroups: [{ filters: filters(7) }] }],
    ['nineteen filters', { filterGroups: [6, 6, 6, 1].map((count) => ({ filters: filters(count) })) }],
    ['more than 200 a page', { limit: 201 }],
    ['two sorts', { sorts: ['phone', 'email'] }],
    ['more than 10,000 results', { after: '9900' }],
    ['an unknown property', searchFor({ propertyName: 'nonsense', operator: 'EQ', value: '1' })],
    ['IN without values', searchFor({ propertyName: 'phone', operator: 'IN', value: '1' })],
    ['3,000 characters', searchFor(phones(...digits(240)))],
  ])('a search refuses %s', async (_, change) => {
    const hubspot = await open();
    expect((await hubspot.post(search, { ...searchFor(), ...change })).status).toBe(400);
  });

  it.each([
    ['five groups', { filterGroups: filters(5).map((filter) => ({ filters: [filter] })) }],
    ['eighteen filters', { filterGroups: [6, 6, 6].map((count) => ({ filters: filters(count) })) }],
    ['just below 3,000 characters', searchFor(phones(...digits(225)))],
  ])('a search accepts %s', async (_, change) => {
    const hubspot = await open();
    expect((await hubspot.post(search, { ...searchFor(), ...change })).status).toBe(200);
  });

  it('a search reports an unsupported operator instead of guessing', async () => {
    const hubspot = await open();
    const body = searchFor({ propertyName: 'phone', operator: 'CONTAINS_TOKEN', value: '*1' });
    expect((await hubspot.post(search, body)).status).toBe(501);
  });
});

describe('the index of search', () => {
  const lagMs = 10_000;

  it('the search index holds a new contact, a change and a deletion only after its lag', async () => {
    let nowMs = Date.UTC(2026, 10, 22);
    const hubspot = await open({ indexLagMs: lagMs, clock: () => nowMs });
    const find = async (digits: string): Promise<number | undefined> =>
      (await hubspot.post(search, searchFor(phones(digits)))).body.total;
    const steps: (number | undefined)[] = [];
    const id = hubspot.person.add('contacts', ann);
    steps.push(await find('412345678'));
    nowMs += lagMs;
    steps.push(await find('412345678'));
    hubspot.person.edit('contacts', id, { phone: '0499 999 999' });
    steps.push(await find('412345678'));
    nowMs += lagMs;
    steps.push(await find('412345678'), await find('499999999'));
    hubspot.person.remove('contacts', id);
    steps.push(await find('499999999'));
    nowMs += lagMs;
    steps.push(await find('499999999'));
    expect(steps).toEqual([0, 1, 1, 0, 1, 1, 0]);
  });
});
