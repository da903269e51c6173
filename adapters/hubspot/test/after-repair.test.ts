import { afterEach, describe, expect, it } from 'vitest';
import { callKey } from '../check/properties.ts';
import { AdapterMisconfigured } from '../../../src/contract/index.ts';
import { fieldsFile } from './fields-file.ts';
import {
  callFrom,
  callsFromNumbers,
  lookedAtAgain,
  mobileNumber,
  openPortal,
  type PortalUnderTest,
} from './portal-under-test.ts';

let test: PortalUnderTest;
afterEach(() => test.close());

const number = mobileNumber(1);
const hourMs = 3_600_000;

/** Creates a property as a person would. */
async function makeProperty(name: string, type: 'calls' | 'contacts' = 'calls'): Promise<void> {
  const answer = await fetch(`${test.portal.url}/crm/v3/properties/${type}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${test.portal.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      name,
      label: name,
      type: 'string',
      fieldType: 'text',
      groupName: 'call_information',
    }),
  });
  if (answer.status !== 201) throw new Error(await answer.text());
}

describe('a key property', () => {
  it.each([
    ['that is not unique', [{ name: callKey }]],
    ['that does not exist', []],
  ])('a key property %s stops all calls when it must be unique, and says what to do', async (_how, calls) => {
    test = await openPortal({}, {}, calls);
    const answer = test.deliver([callFrom(number, 'one')]);
    await expect(answer).rejects.toThrow(AdapterMisconfigured);
    await expect(answer).rejects.toMatchObject({
      remedy: expect.stringMatching(/adapter:setup.*HUBSPOT_KEY=search/) as string,
    });
    expect(test.portal.records('calls')).toEqual([]);
  });

  it('a key property is used as soon as somebody created it', async () => {
    test = await openPortal({}, { HUBSPOT_KEY: 'search' }, []);
    await expect(test.deliver([callFrom(number, 'one')])).rejects.toThrow(AdapterMisconfigured);
    await makeProperty(callKey);
    expect((await test.deliver([callFrom(number, 'one')])).get('one')).toMatchObject({ kind: 'delivered' });
  });
});

describe('an omitted value whose cause was corrected', () => {
  it('a replay fills a value that was omitted because the portal lacked the property', async () => {
    test = await openPortal({}, { HUBSPOT_FIELDS: await fieldsFile({ gclid: 'jet_gclid' }) });
    const delivery = callFrom(number, 'one', { gclid: 'Cj0' });
    const outcome = (await test.deliver([delivery])).get('one');
    expect(test.callsOf(delivery)[0]?.properties).not.toHaveProperty('jet_gclid');
    await makeProperty('jet_gclid');
    test.clock.moveBy(hourMs + 1);
    const again = (await test.deliver([lookedAtAgain(delivery, outcome)])).get('one');
    expect(test.callsOf(delivery)[0]?.properties).toMatchObject({ jet_gclid: 'Cj0' });
    expect(again).toMatchObject({ trace: { dropped: {} } });
  });

  it('a replay fills a value that was omitted because a rule refused it', async () => {
    const calls = [{ name: 'jet_gclid' }];
    const HUBSPOT_FIELDS = await fieldsFile({ gclid: 'jet_gclid' });
    test = await openPortal({ properties: { calls } }, { HUBSPOT_FIELDS });
    test.portal.refuse(['Cj0']);
    const delivery = callFrom(number, 'one', { gclid: 'Cj0' });
    // The error names the body too, but people need the body.
    const outcome = (await test.deliver([delivery])).get('one');
    expect(outcome).toMatchObject({ kind: 'delivered', trace: { dropped: { jet_gclid: {} } } });
    test.portal.refuse([]);
    test.clock.moveBy(hourMs + 1);
    await test.deliver([lookedAtAgain(delivery, outcome)]);
    expect(test.callsOf(delivery)[0]?.properties).toMatchObject({ jet_gclid: 'Cj0' });
  });
});

describe('a value or call that HubSpot refuses', () => {
  const campaign = { name: 'jet_campaign', type: 'enumeration', options: ['autumn'] } as const;

  it('a value or a call that HubSpot refused is not sent again for an hour, in any batch', async () => {
    const HUBSPOT_FIELDS = await fieldsFile({ campaign: 'jet_campaign' });
    test = await openPortal({ properties: { calls: [campaign] } }, { HUBSPOT_FIELDS });
    for (const id of ['one', 'two', 'three'])
      await test.deliver([callFrom(number, id, { campaign: 'spring' })]);
    expect(test.portal.counts()['calls.create']).toBe(4);
    await test.deliver([callFrom(number, 'four', { campaign: 'autumn' })]);
    expect(test.portal.records('calls').at(-1)?.properties).toMatchObject({ jet_campaign: 'autumn' });
  });

  it('up to ten refused calls of a batch are found, and the rest of the batch waits', async () => {
    test = await openPortal({ partial: [] });
    const batch = callsFromNumbers(64);
    test.portal.refuse(batch.map(({ idempotencyKey }) => idempotencyKey));
    const words = [...(await test.deliver(batch)).values()].map((outcome) =>
      outcome.kind === 'retry' ? outcome.code : outcome.kind,
    );
    expect(words.filter((word) => word === 'rejected').length).toBeLessThanOrEqual(12);
    expect(words.filter((word) => word === 'many_refused').length).toBeGreaterThanOrEqual(52);
    expect(test.portal.counts()['calls.create']).toBeLessThanOrEqual(40);
  });

  it('a refused call is reported even when the deadline of the batch passes afterwards', async () => {
    test = await openPortal();
    const batch = callsFromNumbers(101);
    test.portal.refuse(batch.slice(0, 100).map(({ idempotencyKey }) => idempotencyKey));
    test.portal.stage('slow', { on: 'calls.create' });
    test.portal.stage('silence', { on: 'calls.create' });
    const answer = await test.deliver(batch, AbortSignal.timeout(2_000));
    const kinds = [...answer.values()].map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'rejected')).toHaveLength(100);
    expect(answer.get('call-100')).toMatchObject({ kind: 'retry', code: 'hubspot_away' });
  });
});

describe('a portal that returns no options', () => {
  it('a portal that returns no options gets the usual options', async () => {
    const calls = [
      { name: 'hs_call_status', type: 'enumeration' },
      { name: 'hs_call_disposition', type: 'enumeration' },
    ] as const;
    test = await openPortal({ properties: { calls } });
    const delivery = callFrom(number, 'one');
    await test.deliver([delivery]);
    expect(test.callsOf(delivery)[0]?.properties).toMatchObject({
      hs_call_status: 'COMPLETED',
      hs_call_disposition: 'f240bbac-87c9-4f6e-bf70-924b57d47db7',
    });
  });
});
