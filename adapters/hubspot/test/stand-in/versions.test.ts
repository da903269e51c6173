import { describe, expect, it } from 'vitest';
import { newCall, standIns } from './stand-in-under-test.ts';

const open = standIns();
const bad = newCall('b', { hs_call_status: 'MISSED' });

describe('the versions of the stand-in HubSpot', () => {
  it.each([
    ['/crm/v3/objects/calls/batch/create', 'legacy'],
    ['/crm/objects/2026-03/calls/batch/create', '2026-03'],
    ['/crm/objects/2026-09/calls/batch/create', '2026-09'],
    ['/crm/objects/2026-09/0-48/batch/create', '2026-09'],
  ])('a create by %s makes a call', async (path, version) => {
    const hubspot = await open();
    const { status } = await hubspot.post(path, { inputs: [newCall('a')] });
    expect([status, hubspot.requests('calls.create')[0]?.apiVersion]).toEqual([201, version]);
  });

  it.each([
    ['/crm/v3/objects/calls/batch/create', 207],
    ['/crm/objects/2026-03/calls/batch/create', 207],
    ['/crm/objects/2026-09/calls/batch/create', 201],
  ])('the path %s answers %i when a row is refused', async (path, expected) => {
    const hubspot = await open();
    const { status, body } = await hubspot.post(path, { inputs: [newCall('a'), bad] });
    expect([status, body.numErrors, body.results.length]).toEqual([expected, 1, 1]);
  });

  it.each([
    ['/crm/v3/objects/calls/batch/update', 207],
    ['/crm/objects/2026-09/calls/batch/update', 200],
  ])('the path %s answers %i when an id does not exist', async (path, expected) => {
    const hubspot = await open();
    const { status, body } = await hubspot.post(path, { inputs: [{ id: '1', properties: {} }] });
    expect([status, body.errors[0]?.category]).toEqual([expected, 'OBJECT_NOT_FOUND']);
  });

  it.each([
    ['/crm/v4/associations/calls/contacts/batch/create', 201],
    ['/crm/associations/2026-03/calls/contacts/batch/create', 201],
    ['/crm/associations/2026-09/calls/contacts/batch/create', 200],
  ])('the path %s answers an association with %i', async (path, expected) => {
    const hubspot = await open({ contacts: [{ id: '7', properties: {} }] });
    const id = hubspot.person.add('calls', { properties: {} });
    const types = [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 194 }];
    const { status } = await hubspot.post(path, { inputs: [{ from: { id }, to: { id: '7' }, types }] });
    expect(status).toBe(expected);
  });

  it.each([
    '/crm/v3/owners',
    '/crm/v3/owners/',
    '/crm/v3/owners/?limit=100',
    '/crm/owners/2026-03',
    '/crm/owners/2026-03/?limit=100',
    '/crm/v3/properties/calls',
    '/crm/properties/2026-09/calls/',
    '/crm/v3/objects/contacts/?limit=1',
    '/account-info/2026-03/details',
  ])('the stand-in HubSpot answers GET %s', async (path) => {
    const hubspot = await open();
    expect((await hubspot.ask('GET', path)).status).toBe(200);
  });
});
