import { describe, expect, it } from 'vitest';
import { calls, contacts, newCall, searchFor, standIns } from './stand-in-under-test.ts';

const open = standIns();

describe('the requests to the stand-in HubSpot', () => {
  it('the stand-in HubSpot counts requests by kind', async () => {
    const hubspot = await open();
    await hubspot.post(`${contacts}/search`, searchFor());
    await hubspot.post(`${calls}/batch/create`, { inputs: [newCall('a')] });
    await hubspot.post(`${calls}/batch/create`, { inputs: [newCall('b')] });
    expect(hubspot.counts()).toEqual({ 'contacts.search': 1, 'calls.create': 2 });
  });

  it('the stand-in HubSpot keeps requests with their bodies and the status of the answer', async () => {
    const hubspot = await open();
    const body = { inputs: [newCall('a')] };
    await hubspot.post(`${calls}/batch/create`, body);
    expect(hubspot.requests('calls.create')).toMatchObject([
      { method: 'POST', body, status: 201, faulty: false },
    ]);
  });

  it('a refused or faulty request counts', async () => {
    const hubspot = await open();
    hubspot.stage('500');
    await hubspot.ask('GET', contacts);
    await hubspot.ask('GET', contacts, undefined, { authorization: '' });
    expect(hubspot.requests().map(({ status, faulty }) => [status, faulty])).toEqual([
      [500, true],
      [401, false],
    ]);
  });

  it('the stand-in HubSpot forgets requests on demand', async () => {
    const hubspot = await open();
    await hubspot.ask('GET', contacts);
    hubspot.forget();
    await hubspot.ask('GET', '/crm/v3/owners');
    expect(hubspot.counts()).toEqual({ 'owners.list': 1 });
  });
});
