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

  it('rejects a call that lacks required properties, and names them', async () => {
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
  it('is never asked under v3 or v4', async () => {
    test = await openPortal(
      { contacts: [{ id: '9001', properties: { phone: mobileNumber(0) } }] },
      { HUBSPOT_OWNERS: '204=a@example.com', HUBSPOT_UNMATCHED: 'create' },
    );
    const batch = callsFromNumbers(2);
    const landed = await test.settle(batch);
    await test.deliver(batch.map((one) => afterwards(one, landed.get(one.id), { duration_seconds: 9 })));
    test.portal.stage('500', { on: 'calls.create' });
    await test.settle([callFrom(mobileNumber(0), 'another')]);
    const paths = test.portal.requests().map(({ path }) => path);
    expect(paths.length).toBeGreaterThan(5);
    expect(paths.filter((path) => /\/v\d+\//.test(path) && !path.startsWith('/oauth/'))).toEqual([]);
  });
});
