import { describe, expect, it } from 'vitest';
import { hubspot } from '../index.ts';
import type { Delivery, Outcome } from '../../../src/contract/index.ts';
import {
  afterwards,
  callFrom,
  callsFromNumbers,
  lookedAtAgain,
  inPortal,
  mobileNumber,
  type PortalUnderTest,
} from './portal-under-test.ts';

/** Delivers a backlog in batches of the core's size. */
async function land(test: PortalUnderTest, backlog: readonly Delivery[]): Promise<Map<string, Outcome>> {
  const { batchSizeMax } = hubspot.capabilities;
  const outcomes = new Map<string, Outcome>();
  for (let from = 0; from < backlog.length; from += batchSizeMax)
    for (const [id, outcome] of await test.deliver(backlog.slice(from, from + batchSizeMax)))
      outcomes.set(id, outcome);
  return outcomes;
}

const total = (test: PortalUnderTest): number => test.portal.requests().length;
const everyNumber = (count: number) =>
  Array.from({ length: count }, (_none, index) => ({ properties: { phone: mobileNumber(index) } }));

// Twenty searches take five seconds at four a second, so the tests wait beside each other.
describe.concurrent('requests to HubSpot', () => {
  it('a backlog of 1,000 ended calls from unknown numbers costs at most 31 requests', async () => {
    await inPortal([{ contacts: everyNumber(1000) }], async (test) => {
      const outcomes = await land(test, callsFromNumbers(1000));
      expect([...outcomes.values()].every(({ kind }) => kind === 'delivered')).toBe(true);
      expect(test.portal.records('calls').filter(({ contacts }) => contacts.length === 1)).toHaveLength(1000);
      expect(test.portal.counts()).toEqual({
        'contacts.search': 20,
        'calls.create': 10,
        'properties.list': 1,
      });
      expect(total(test)).toBeLessThanOrEqual(31);
    });
  });

  it('a backlog of 1,000 ended calls, 70 % of them from known numbers, costs at most 17 requests', async () => {
    await inPortal([{ contacts: everyNumber(1000) }], async (test) => {
      const known = callsFromNumbers(1000).filter((_delivery, index) => index % 10 < 7);
      await land(test, known);
      // The portal's settings are read again every hour.
      test.clock.moveBy(3_600_001);
      test.portal.forget();
      await land(
        test,
        callsFromNumbers(1000).map((delivery) => ({
          ...delivery,
          id: `again-${delivery.id}`,
          idempotencyKey: `again-${delivery.idempotencyKey}`,
        })),
      );
      expect(test.portal.counts()).toEqual({
        'contacts.search': 6,
        'calls.create': 10,
        'properties.list': 1,
      });
      expect(total(test)).toBeLessThanOrEqual(17);
    });
  });

  it('1,000 live calls cost 51 requests: matched and created at the start, compared and updated at the end', async () => {
    await inPortal([{ contacts: everyNumber(1000) }, { HUBSPOT_LOG: 'live' }], async (test) => {
      const started = callsFromNumbers(1000, {
        stage: 'call_start',
        status: 'in_progress',
        dial_status: undefined,
        duration_seconds: undefined,
        ended_at: undefined,
        ended_at_local: undefined,
      });
      const outcomes = await land(test, started);
      const ended = callsFromNumbers(1000).map((delivery) => afterwards(delivery, outcomes.get(delivery.id)));
      await land(test, ended);
      expect(test.portal.counts()).toEqual({
        'contacts.search': 20,
        'calls.create': 10,
        'properties.list': 1,
        'calls.read': 10,
        'calls.update': 10,
      });
      for (const { properties } of test.portal.records('calls'))
        expect(properties).toMatchObject({ hs_call_status: 'COMPLETED', hs_call_duration: '192000' });
    });
  });

  it('a single call costs 3 requests when the adapter has just started', async () => {
    await inPortal([{ contacts: everyNumber(1) }], async (test) => {
      await land(test, [callFrom(mobileNumber(0), 'alone')]);
      expect(test.portal.counts()).toEqual({ 'contacts.search': 1, 'calls.create': 1, 'properties.list': 1 });
    });
  });

  it('a batch that was half created when the answer was lost costs six more requests', async () => {
    const contacts = everyNumber(4).map(({ properties }) => ({
      properties: { ...properties, associatedcompanyid: '7001' },
    }));
    const companies = [{ id: '7001', properties: { name: 'Acme' } }];
    await inPortal([{ contacts, companies }], async (test) => {
      test.portal.stage('reset in the write', { on: 'calls.create' });
      await land(test, callsFromNumbers(4));
      expect(total(test)).toBe(3 + 6);
    });
  });

  it('a revisit of 1,000 unmatched calls costs 20 searches and no more', async () => {
    await inPortal([], async (test) => {
      const calls = callsFromNumbers(1000);
      const outcomes = await land(test, calls);
      test.clock.moveBy(11 * 60_000);
      test.portal.forget();
      await land(
        test,
        calls.map((delivery) => lookedAtAgain(delivery, outcomes.get(delivery.id))),
      );
      expect(test.portal.counts()).toEqual({ 'contacts.search': 20 });
    });
  });

  it('a call that has not changed costs no request', async () => {
    await inPortal([{ contacts: everyNumber(1) }], async (test) => {
      const delivery = callFrom(mobileNumber(0), 'same');
      const outcomes = await land(test, [delivery]);
      test.portal.forget();
      const again = afterwards(delivery, outcomes.get('same'));
      expect(await land(test, [again])).toMatchObject(new Map([['same', { effect: 'unchanged' }]]));
      expect(total(test)).toBe(0);
    });
  });
});
