import { describe, expect, it } from 'vitest';
import { everyScope } from './access.ts';
import { calls, contacts, newCall, standIns } from './stand-in-under-test.ts';

const open = standIns();

describe('access to the stand-in HubSpot', () => {
  it('the stand-in HubSpot refuses a wrong token with 401', async () => {
    const hubspot = await open();
    const { status, body } = await hubspot.ask('GET', contacts, undefined, { authorization: 'Bearer other' });
    expect([status, body.category]).toEqual([401, 'INVALID_AUTHENTICATION']);
  });

  it('the stand-in HubSpot refuses the right token once a person has revoked it', async () => {
    const hubspot = await open();
    hubspot.person.revoke();
    expect((await hubspot.ask('GET', contacts)).status).toBe(401);
  });

  it('the stand-in HubSpot names the missing scope in its 403', async () => {
    const hubspot = await open({ scopes: ['crm.objects.contacts.read'] });
    const { status, body } = await hubspot.post(`${calls}/batch/create`, { inputs: [newCall('a')] });
    expect([status, body.category]).toEqual([403, 'MISSING_SCOPES']);
    expect(body.errors[0]?.context.requiredGranularScopes).toEqual(['crm.objects.contacts.write']);
  });

  it('a token without the scope writes nothing', async () => {
    const hubspot = await open({ scopes: ['crm.objects.contacts.read'] });
    await hubspot.post(`${calls}/batch/create`, { inputs: [newCall('a')] });
    expect(hubspot.records('calls')).toEqual([]);
  });

  it('a token needs the schema scope to create a property', async () => {
    const hubspot = await open();
    hubspot.person.revoke('crm.schemas.contacts.write');
    const { body } = await hubspot.post('/crm/v3/properties/calls', {});
    expect(body.errors[0]?.context.requiredGranularScopes).toEqual(['crm.schemas.contacts.write']);
  });

  it.each([
    ['GET', '/crm/v3/owners/', 'crm.objects.owners.read'],
    ['POST', '/crm/v3/objects/companies/search', 'crm.objects.companies.read'],
    ['POST', '/crm/v4/associations/calls/companies/batch/associate/default', 'crm.objects.companies.write'],
    ['GET', '/crm/v3/properties/calls', 'crm.schemas.contacts.read'],
  ])('a token needs for %s %s the scope %s', async (method, path, scope) => {
    const hubspot = await open({ scopes: everyScope.filter((one) => one !== scope) });
    const { status, body } = await hubspot.ask(method, path, method === 'GET' ? undefined : {});
    expect([status, body.errors[0]?.context.requiredGranularScopes]).toEqual([403, [scope]]);
  });

  it('the stand-in HubSpot accepts only JSON bodies', async () => {
    const hubspot = await open();
    const { status } = await hubspot.ask('POST', `${calls}/search`, '{}', { 'content-type': 'text/plain' });
    expect(status).toBe(415);
  });

  it('a body that is not JSON is refused with 400', async () => {
    const hubspot = await open();
    const { status, body } = await hubspot.post(`${calls}/search`, '{"filterGroups":[');
    expect([status, body.category]).toEqual([400, 'VALIDATION_ERROR']);
  });

  it('a path that does not exist is answered with 404', async () => {
    const hubspot = await open();
    expect((await hubspot.ask('GET', '/crm/v9/objects/contacts')).status).toBe(404);
  });

  it('the stand-in HubSpot returns the account and its time zone', async () => {
    const hubspot = await open({ timeZone: 'Australia/Perth' });
    const { body } = await hubspot.ask('GET', '/account-info/v3/details');
    expect(body.timeZone).toBe('Australia/Perth');
  });
});
