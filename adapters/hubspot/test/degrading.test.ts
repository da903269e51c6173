import { afterEach, describe, expect, it } from 'vitest';
import { AdapterMisconfigured, DestinationUnavailable } from '#contract';
import type { Delivered } from '../../../src/contract/outcome.ts';
import { revised } from '../../../test/adapter-kit/kit-deliveries.ts';
import { until } from '../../../test/fixtures/until.ts';
import { fieldsFile } from './fields-file.ts';
import {
  callFrom,
  callsFromNumbers,
  mobileNumber,
  openPortal,
  type PortalUnderTest,
} from './portal-under-test.ts';

let test: PortalUnderTest;
afterEach(() => test.close());

const number = mobileNumber(1);
const owners = [
  { id: '501', email: 'sam@example.com' },
  { id: '502', email: 'lee@example.com', archived: true },
  { id: '503', email: 'kim@example.com' },
];
const contactOf = (ownerId: string) => ({
  id: '9001',
  properties: { phone: number, hubspot_owner_id: ownerId },
});

async function ownerAfter(ownersSetting: string | undefined, contactOwner: string | undefined) {
  test = await openPortal(
    { owners, contacts: contactOwner === undefined ? [] : [contactOf(contactOwner)] },
    ownersSetting === undefined ? {} : { HUBSPOT_OWNERS: ownersSetting },
  );
  const delivery = callFrom(number, 'one');
  const outcome = (await test.deliver([delivery])).get('one');
  expect(outcome?.kind).toBe('delivered');
  return { owner: test.callsOf(delivery)[0]?.properties.hubspot_owner_id, outcome };
}

describe('the owner of a call', () => {
  it('the owner of a call is the user of its answering point in the table', async () => {
    test = await openPortal({ owners }, { HUBSPOT_OWNERS: 'front desk=kim@example.com' });
    const delivery = callFrom(number, 'one', {
      extension_number: undefined,
      extension_name: undefined,
      answering_point: 'Front  Desk',
    });
    const outcome = (await test.deliver([delivery])).get('one');
    expect(test.callsOf(delivery)[0]?.properties.hubspot_owner_id).toBe('503');
    expect(outcome).toMatchObject({ trace: { owner: { rule: 'by the table', place: 'Front  Desk' } } });
  });

  it("the owner of a call is the contact's owner when the table names a deactivated user", async () => {
    expect((await ownerAfter('204=lee@example.com', '503')).owner).toBe('503');
  });

  it('a missing owner is counted when a call that was shown from its start is over', async () => {
    test = await openPortal({ owners }, { HUBSPOT_OWNERS: '999=sam@example.com', HUBSPOT_LOG: 'live' });
    const nobody = { extension_number: undefined, extension_name: undefined };
    const start = callFrom(number, 'one', { ...nobody, stage: 'call_start', status: 'in_progress' });
    const landed = (await test.deliver([start])).get('one') as Delivered;
    const end = { stage: 'call_end', status: 'answered', extension_number: '204' } as const;
    await test.deliver([revised(start, landed, end)]);
    const findings = await test.adapter().check(new AbortController().signal);
    expect(findings.map(({ message }) => message)).toContain(
      'Places with calls but no entry in HUBSPOT_OWNERS (1): 204 (1).',
    );
  });

  it("a call lands without an owner when the contact's owner was deactivated, and the trace says so", async () => {
    const { owner, outcome } = await ownerAfter(undefined, '502');
    expect(owner).toBeUndefined();
    expect(outcome).toMatchObject({
      trace: { dropped: { hubspot_owner_id: { why: 'HubSpot refuses the value' } } },
    });
  });

  it('a deactivated user costs one refusal, not one for each call', async () => {
    test = await openPortal({ owners, contacts: [contactOf('502')] });
    await test.deliver([callFrom(number, 'one')]);
    await test.deliver([callFrom(number, 'two')]);
    expect(test.portal.counts()['calls.create']).toBe(3);
  });
});

describe('a refused owner of several calls', () => {
  it('a refused owner of several calls counts as one value, and later calls keep their owners', async () => {
    const otherNumber = '+61412999001';
    const other = { id: '9002', properties: { phone: otherNumber, hubspot_owner_id: '501' } };
    test = await openPortal({ owners, contacts: [contactOf('502'), other] });
    const refused = ['a', 'b', 'c', 'd'].map((id) => callFrom(number, id));
    const last = callFrom(otherNumber, 'last');
    // A batch has a hundred calls, so the last call is sent after the answer to the others.
    await test.deliver([...refused, ...callsFromNumbers(96), last]);
    expect(test.callsOf(last)[0]?.properties.hubspot_owner_id).toBe('501');
  });
});

describe('a value that a portal does not accept', () => {
  it('the value of a property that the portal lacks is omitted and named in the trace', async () => {
    test = await openPortal({ lacks: { calls: ['hs_call_disposition', 'hs_call_to_number'] } });
    const delivery = callFrom(number, 'one');
    const outcome = (await test.deliver([delivery])).get('one');
    expect(outcome).toMatchObject({
      kind: 'delivered',
      trace: { dropped: { hs_call_to_number: { why: 'the portal has no such property' } } },
    });
    expect(test.portal.counts()['calls.create']).toBe(1);
  });

  it('a disposition that the portal removed is omitted', async () => {
    const only = { name: 'hs_call_disposition', type: 'enumeration', options: ['other'] } as const;
    test = await openPortal({ properties: { calls: [only] } });
    const delivery = callFrom(number, 'one');
    await test.deliver([delivery]);
    expect(test.callsOf(delivery)[0]?.properties).not.toHaveProperty('hs_call_disposition');
  });

  it('a refused value of HUBSPOT_FIELDS is omitted after one refusal', async () => {
    const HUBSPOT_FIELDS = await fieldsFile({
      ...{ campaign: 'jet_campaign', gclid: 'jet_gclid', source: 'jet_source' },
    });
    const calls = [
      { name: 'jet_campaign', type: 'enumeration', options: ['autumn'] } as const,
      { name: 'jet_gclid' },
    ];
    test = await openPortal({ properties: { calls } }, { HUBSPOT_FIELDS });
    const delivery = callFrom(number, 'one', { campaign: 'spring', gclid: 'Cj0', source: 'google' });
    const outcome = (await test.deliver([delivery])).get('one');
    expect(outcome).toMatchObject({
      trace: {
        dropped: {
          jet_campaign: { why: 'HubSpot refuses the value' },
          jet_source: { why: 'the portal has no such property' },
        },
      },
    });
    expect(test.callsOf(delivery)[0]?.properties).toMatchObject({ jet_gclid: 'Cj0' });
    const findings = await test.adapter().check(new AbortController().signal);
    expect(findings).toContainEqual(
      expect.objectContaining({
        level: 'fault',
        message: 'HUBSPOT_FIELDS maps source to jet_source: the portal has no such property.',
      }),
    );
  });

  it('a refused value is found by halving the batch when rows are not treated separately, and the others land', async () => {
    test = await openPortal({ partial: [] });
    const batch = callsFromNumbers(7);
    const bad = batch[4];
    test.portal.refuse([bad?.idempotencyKey ?? '']);
    const answer = await test.deliver(batch);
    for (const { id } of batch) expect(answer.get(id)?.kind).toBe(id === bad?.id ? 'rejected' : 'delivered');
    expect(test.portal.records('calls')).toHaveLength(6);
  });

  it('a missing key property stops the destination', async () => {
    test = await openPortal();
    test.portal.stage(
      {
        reply: {
          kind: 'instead',
          status: 400,
          contentType: 'application/json',
          body: {
            status: 'error',
            category: 'VALIDATION_ERROR',
            message: 'Property "jet_call_key" does not exist',
          },
        },
      },
      { on: 'calls.create' },
    );
    const answer = test.deliver([callFrom(number, 'one')]);
    await expect(answer).rejects.toThrow(AdapterMisconfigured);
    await expect(answer).rejects.toMatchObject({
      remedy: expect.stringContaining('adapter:setup') as string,
    });
  });
});

describe('a HubSpot that asks for a pause in the middle of a batch', () => {
  it('a batch keeps the calls that landed before HubSpot asked for a pause, and retries the others at the named time', async () => {
    test = await openPortal();
    const batch = callsFromNumbers(150);
    test.portal.stage('slow', { on: 'calls.create' });
    test.portal.stage('429 rolling with Retry-After', { on: 'calls.create' });
    const kinds = [...(await test.deliver(batch)).values()].map((outcome) =>
      outcome.kind === 'retry' ? `${outcome.code} ${outcome.delayMs}` : outcome.kind,
    );
    expect(kinds.filter((kind) => kind === 'delivered')).toHaveLength(100);
    expect(kinds.filter((kind) => kind === 'hubspot_away 7000')).toHaveLength(50);
    await test.settle(batch.slice(100));
    expect(test.portal.records('calls')).toHaveLength(150);
  });

  it('a refused batch names the missing scope', async () => {
    test = await openPortal();
    test.portal.person.revoke('crm.objects.contacts.write');
    const answer = test.deliver([callFrom(number, 'one')]);
    await expect(answer).rejects.toMatchObject({
      name: 'AdapterMisconfigured',
      remedy: expect.stringContaining('crm.objects.contacts.write') as string,
    });
  });
});

describe('a key that is not unique', () => {
  const settings = { HUBSPOT_KEY: 'search' };

  it.each(['reset after the write', '500', 'truncated answer'] as const)(
    'a key that is not unique causes no duplicate after: %s, once the search has caught up',
    async (fault) => {
      test = await openPortal({}, settings);
      const batch = callsFromNumbers(3);
      test.portal.stage(fault, { on: 'calls.create' });
      const first = [...(await test.deliver(batch)).values()];
      expect(first).toMatchObject(
        batch.map(() => ({ kind: 'retry', code: 'outcome_unknown', delayMs: 60_000 })),
      );
      await test.settle(batch.map((delivery) => ({ ...delivery, attempt: 2 })));
      expect(test.portal.records('calls')).toHaveLength(3);
    },
  );

  it('check names a key that is not unique, with its limitation', async () => {
    test = await openPortal({}, settings);
    const findings = await test.adapter().check(new AbortController().signal);
    expect(findings).toContainEqual(
      expect.objectContaining({
        level: 'warning',
        message: expect.stringContaining('a call can appear twice') as string,
      }),
    );
  });
});

describe('the deadline of a batch', () => {
  it('a silent request ends long before the deadline of its batch, as a pause', async () => {
    test = await openPortal();
    test.portal.stage('silence', { on: 'calls.create' });
    const ending = new AbortController();
    const answer = test.deliver(callsFromNumbers(2), ending.signal);
    answer.catch(() => undefined);
    await until(() => expect(test.portal.counts()['calls.create']).toBe(1));
    ending.abort();
    await expect(answer).rejects.toThrow(DestinationUnavailable);
    // The request's own deadline is ten seconds, and would be named instead.
    await expect(answer).rejects.toThrow('the deadline of the batch passed');
  });
});
