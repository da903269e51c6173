import { afterEach, describe, expect, it } from 'vitest';
import { AdapterMisconfigured } from '../../../src/contract/index.ts';
import type { JsonValue } from '../../../src/domain/jet-fields.ts';
import { fieldsFile } from './fields-file.ts';
import type { HubspotFault } from './stand-in/faults.ts';
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

const instead = (status: number, body: JsonValue): HubspotFault => ({
  reply: { kind: 'instead', status, contentType: 'application/json', body },
});
const always = { times: Infinity };
const campaign = { name: 'jet_campaign', type: 'enumeration', options: ['autumn'] } as const;
const startFields = { stage: 'call_start', status: 'in_progress', duration_seconds: undefined } as const;

/** A batch of one row that HubSpot answers with an error. */
async function rowError(category: string) {
  test = await openPortal();
  const delivery = callFrom(mobileNumber(1), 'one');
  const context = { objectWriteTraceId: [delivery.idempotencyKey] };
  const errors = [{ status: 'error', category, message: 'It needs crm.objects.contacts.write', context }];
  test.portal.stage(instead(207, { status: 'COMPLETE', results: [], numErrors: 1, errors }), {
    on: 'calls.create',
  });
  return test.deliver([delivery]);
}

describe('an error of a row', () => {
  it.each(['INTERNAL_ERROR', 'RATE_LIMITS', 'LOCKED'])(
    'a row whose error concerns HubSpot is retried: %s',
    async (category) => {
      expect((await rowError(category)).get('one')).toMatchObject({ kind: 'retry', code: 'hubspot_busy' });
    },
  );

  it('a row whose error names a missing scope stops the destination', async () => {
    await expect(rowError('MISSING_SCOPES')).rejects.toMatchObject({
      name: 'AdapterMisconfigured',
      remedy: expect.stringContaining('crm.objects.contacts.write') as string,
    });
  });

  it('a row whose key is read only stops the destination', async () => {
    test = await openPortal();
    const message = '"jet_call_key" is a read only property';
    test.portal.stage(instead(400, { status: 'error', category: 'VALIDATION_ERROR', message }), {
      ...always,
      on: 'calls.create',
    });
    await expect(test.deliver(callsFromNumbers(2))).rejects.toThrow(AdapterMisconfigured);
  });

  it('a refused option in an upsert is omitted, and the call lands', async () => {
    const HUBSPOT_FIELDS = await fieldsFile({ campaign: 'jet_campaign' });
    test = await openPortal(
      { partial: ['create', 'upsert'], properties: { calls: [campaign] } },
      { HUBSPOT_FIELDS },
    );
    test.portal.stage('500', { on: 'calls.create' });
    const answer = await test.deliver([callFrom(mobileNumber(1), 'one', { campaign: 'spring' })]);
    expect(answer.get('one')).toMatchObject({ kind: 'delivered' });
  });
});

describe('a value that must be unique and already exists', () => {
  it.each([{ partial: ['create'] }, { partial: [] }] as const)(
    'a refused unique value that is not the key is omitted, and the other calls land ($partial)',
    async ({ partial }) => {
      const HUBSPOT_FIELDS = await fieldsFile({ gclid: 'jet_gclid' });
      const calls = [{ name: 'jet_gclid', hasUniqueValue: true }];
      test = await openPortal({ partial, properties: { calls } }, { HUBSPOT_FIELDS });
      await test.deliver([callFrom(mobileNumber(1), 'first', { gclid: 'X1' })]);
      const batch = callsFromNumbers(3).map((delivery, index) =>
        index === 1 ? callFrom(mobileNumber(9), delivery.id, { gclid: 'X1' }) : delivery,
      );
      const answer = await test.deliver(batch);
      expect([...answer.values()].map(({ kind }) => kind)).toEqual(batch.map(() => 'delivered'));
      expect(answer.get('call-1')).toMatchObject({
        trace: { dropped: { jet_gclid: { why: 'HubSpot refuses the value' } } },
      });
      const findings = await test.adapter().check(new AbortController().signal);
      expect(findings.filter(({ level }) => level === 'fault')).toMatchObject([
        { message: expect.stringContaining('must be unique') as string },
      ]);
    },
  );

  it('a call is rejected when HubSpot does not name the refused unique value, and the key is free', async () => {
    const HUBSPOT_FIELDS = await fieldsFile({ gclid: 'jet_gclid' });
    const calls = [{ name: 'jet_gclid', hasUniqueValue: true }];
    test = await openPortal(
      { uniqueConflict: 'conflict', partial: [], properties: { calls } },
      { HUBSPOT_FIELDS },
    );
    await test.deliver([callFrom(mobileNumber(1), 'first', { gclid: 'X1' })]);
    const batch = [
      callFrom(mobileNumber(2), 'two', { gclid: 'X2' }),
      callFrom(mobileNumber(3), 'three', { gclid: 'X1' }),
    ];
    const answer = await test.deliver(batch);
    expect(answer.get('two')).toMatchObject({ kind: 'delivered' });
    expect(answer.get('three')).toMatchObject({ kind: 'rejected', code: 'value_not_unique' });
  });
});

describe('a value that an update cannot write', () => {
  async function liveCalls(count: number) {
    const HUBSPOT_FIELDS = await fieldsFile({ campaign: 'jet_campaign' });
    const settings = { HUBSPOT_FIELDS, HUBSPOT_LOG: 'live' };
    test = await openPortal({ properties: { calls: [campaign] } }, settings);
    const started = callsFromNumbers(count, startFields);
    const landed = await test.deliver(started);
    test.portal.forget();
    const ends = callsFromNumbers(count, { campaign: 'spring' });
    const later = ends.map((end) => afterwards(end, landed.get(end.id)));
    return { later, outcomes: await test.deliver(later) };
  }

  it('a value that an update cannot write is named in the trace, and costs nothing while the call does not change', async () => {
    const { later, outcomes } = await liveCalls(1);
    const outcome = outcomes.get('call-0');
    expect(outcome).toMatchObject({
      trace: { dropped: { jet_campaign: { why: 'HubSpot refuses the value' } } },
    });
    test.portal.forget();
    const [end] = later;
    if (end === undefined) throw new Error('There is no call');
    const again = await test.deliver([afterwards(end, outcome)]);
    expect(again.get('call-0')).toMatchObject({
      trace: { dropped: { jet_campaign: { why: 'HubSpot refuses the value' } } },
    });
    expect(test.portal.counts()).toEqual({});
  });

  it('values that updates cannot write cost 100 calls about twenty requests, not hundreds', async () => {
    const { outcomes } = await liveCalls(100);
    expect([...outcomes.values()].every(({ kind }) => kind === 'delivered')).toBe(true);
    expect(test.portal.requests().length).toBeLessThanOrEqual(20);
  });
});

describe('contacts that a portal refuses', () => {
  it('refused contacts are not tried one by one: the calls land without them, and check says why', async () => {
    test = await openPortal({}, { HUBSPOT_UNMATCHED: 'create' });
    const body = { status: 'error', category: 'VALIDATION_ERROR', message: 'email is required' };
    test.portal.stage(instead(400, body), { ...always, on: 'contacts.upsert' });
    const answer = await test.deliver(callsFromNumbers(30));
    expect([...answer.values()].every(({ kind }) => kind === 'delivered')).toBe(true);
    const upserts = test.portal.counts()['contacts.upsert'] ?? 0;
    expect(upserts).toBeLessThanOrEqual(8);
    await test.deliver([callFrom(mobileNumber(77), 'next')]);
    expect(test.portal.counts()['contacts.upsert']).toBe(upserts);
    const findings = await test.adapter().check(new AbortController().signal);
    expect(findings).toContainEqual(
      expect.objectContaining({
        level: 'warning',
        message: expect.stringContaining('email is required') as string,
      }),
    );
  });
});

describe('an answer that does not help', () => {
  it('a 404 to everything means that the destination is misconfigured', async () => {
    test = await openPortal();
    test.portal.stage(instead(404, { status: 'error', message: 'resource not found' }), always);
    await expect(test.deliver(callsFromNumbers(2))).rejects.toMatchObject({
      name: 'AdapterMisconfigured',
      remedy: expect.stringContaining('HUBSPOT_BASE_URL') as string,
    });
  });

  it('a call that is answered 500 every time is retried alone', async () => {
    test = await openPortal();
    test.portal.stage('500', { ...always, on: ['calls.create', 'calls.upsert'] });
    expect((await test.deliver(callsFromNumbers(1))).get('call-0')).toMatchObject({ kind: 'retry' });
  });
});
