import { afterEach, describe, expect, it } from 'vitest';
import {
  afterwards,
  callFrom,
  callsFromNumbers,
  mobileNumber,
  openPortal,
  type PortalUnderTest,
} from './portal-under-test.ts';

let test: PortalUnderTest;
afterEach(() => test.close());

describe.each(['2026-03', '2026-09'])('HubSpot at %s', (version) => {
  const settings = { HUBSPOT_API_VERSION: version };

  it('HubSpot gets each call once, later changed and with its contact, under paths of the chosen version', async () => {
    test = await openPortal({ contacts: [{ id: '9001', properties: { phone: mobileNumber(0) } }] }, settings);
    const batch = callsFromNumbers(2);
    const landed = await test.settle(batch);
    await test.settle(batch.map((one) => afterwards(one, landed.get(one.id), { duration_seconds: 9 })));
    const shown = batch.map((one) =>
      test.callsOf(one).map(({ properties }) => properties['hs_call_duration']),
    );
    expect(shown).toEqual([['9000'], ['9000']]);
    const paths = test.portal.requests().map(({ path }) => path);
    expect(paths.filter((path) => !path.includes(`/${version}/`))).toEqual([]);
  });

  it('a call that lacks required properties is rejected, and the message names them', async () => {
    test = await openPortal({ requires: { calls: ['hs_call_purpose', 'region'] } }, settings);
    const answer = await test.deliver(callsFromNumbers(2));
    expect(answer.get('call-0')).toMatchObject({
      kind: 'rejected',
      reason:
        'HubSpot requires properties hs_call_purpose, region on calls: map them with HUBSPOT_FIELDS or relax the rule',
    });
  });
});

describe('HubSpot by default', () => {
  const contacts = [
    { id: '9001', properties: { phone: mobileNumber(0) } },
    { id: '9002', properties: { phone: mobileNumber(5), associatedcompanyid: '7001' } },
  ];
  const companies = [{ id: '7001', properties: { name: 'Acme' } }];

  it('HubSpot receives no request under v3 or v4, from setup to association', async () => {
    test = await openPortal(
      { contacts, companies, owners: [{ id: '1', email: 'a@example.com' }], ended: 'all numbered' },
      { HUBSPOT_OWNERS: '204=a@example.com', HUBSPOT_UNMATCHED: 'create' },
      [],
    );
    const signal = new AbortController().signal;
    await test.adapter().setup?.(signal);
    await test.adapter().check(signal);
    const batch = [...callsFromNumbers(2), callFrom(mobileNumber(5), 'of a company')];
    // Calls that are created by key are associated afterwards.
    test.portal.stage('500', { on: 'calls.create' });
    const landed = await test.settle(batch);
    await test.settle(batch.map((one) => afterwards(one, landed.get(one.id), { duration_seconds: 9 })));
    expect(Object.keys(test.portal.counts())).toEqual(
      expect.arrayContaining([
        'associations.default',
        'calls.create',
        'calls.update',
        'calls.upsert',
        'contacts.search',
        'contacts.upsert',
        'owners.list',
        'properties.create',
      ]),
    );
    const paths = test.portal.requests().map(({ path }) => path);
    expect(new Set(paths.filter((path) => /\/v\d+\//.test(path)))).toEqual(
      new Set(['/oauth/v2/private-apps/get/access-token-info']),
    );
  });

  it('calls under v3 are refused after the end of v3', async () => {
    test = await openPortal({ contacts, ended: 'v3 and v4' }, { HUBSPOT_API_VERSION: 'v3' });
    await expect(test.deliver(callsFromNumbers(1))).rejects.toThrow('HubSpot answered 404');
  });
});
