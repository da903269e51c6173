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

const number = mobileNumber(1);
const national = number.replace('+61', '0');

describe('a call from a number that nobody in HubSpot has', () => {
  it('two calls from an unknown number create one contact under HUBSPOT_UNMATCHED=create', async () => {
    test = await openPortal({ indexLagMs: 3_600_000 }, { HUBSPOT_UNMATCHED: 'create' });
    const batch = [callFrom(number, 'one'), callFrom(number, 'two')];
    await test.deliver(batch);
    await test.restart();
    // The search does not find the contact yet.
    const third = callFrom(number, 'three');
    test.clock.moveBy(11 * 60_000);
    await test.deliver([third]);
    const [contact, ...more] = test.portal.records('contacts');
    expect(more).toEqual([]);
    expect(contact).toMatchObject({ properties: { phone: number, jet_phone_number: number } });
    for (const delivery of [...batch, third])
      expect(test.callsOf(delivery)).toMatchObject([{ contacts: [contact?.id] }]);
  });

  it('no contact is created when somebody entered it since the call began', async () => {
    test = await openPortal({}, { HUBSPOT_UNMATCHED: 'create', HUBSPOT_LOG: 'live' });
    const started = callFrom(number, 'one', { stage: 'call_start', status: 'in_progress' });
    const landed = (await test.deliver([started])).get('one');
    const id = test.portal.person.add('contacts', { properties: { phone: national } });
    test.clock.moveBy(60_000);
    await test.deliver([afterwards(callFrom(number, 'one'), landed)]);
    expect(test.portal.records('contacts').map((contact) => contact.id)).toEqual([id]);
    expect(test.callsOf(started)).toMatchObject([{ contacts: [id] }]);
  });

  it('the next call finds the created contact without a request', async () => {
    test = await openPortal({}, { HUBSPOT_UNMATCHED: 'create' });
    await test.deliver([callFrom(number, 'one')]);
    test.portal.forget();
    await test.deliver([callFrom(number, 'two')]);
    expect(test.portal.counts()).toEqual({ 'calls.create': 1 });
    expect(test.portal.records('contacts')[0]?.calls).toHaveLength(2);
  });

  it('no contact is created for a call that was too short or whose status is not listed', async () => {
    const settings = {
      HUBSPOT_UNMATCHED: 'create',
      HUBSPOT_CREATE_STATUSES: 'answered',
      HUBSPOT_CREATE_AFTER: '10s',
    };
    test = await openPortal({}, settings);
    const short = callFrom(number, 'short', { duration_seconds: 9 });
    const missed = callFrom(mobileNumber(2), 'missed', { status: 'missed' });
    const answer = await test.deliver([short, missed]);
    expect(test.portal.records('contacts')).toEqual([]);
    expect(answer.get('short')).toMatchObject({
      trace: { notes: ['no person was made: calls under 10 s create no record'] },
    });
  });

  it('a short call gets the contact of a longer call in the same batch', async () => {
    test = await openPortal({}, { HUBSPOT_UNMATCHED: 'create', HUBSPOT_CREATE_AFTER: '10s' });
    const short = callFrom(number, 'short', { duration_seconds: 9 });
    const long = callFrom(number, 'long', { duration_seconds: 60 });
    await test.deliver([short, long]);
    const [contact, ...more] = test.portal.records('contacts');
    expect(more).toEqual([]);
    for (const delivery of [short, long])
      expect(test.callsOf(delivery)).toMatchObject([{ contacts: [contact?.id] }]);
  });

  it('a call is on its contact even when the ledger cannot store it, which is tried once for the whole batch', async () => {
    let tries = 0;
    test = await openPortal({}, { HUBSPOT_UNMATCHED: 'create' }, undefined, (ledger) => ({
      ...ledger,
      putMany(entries) {
        if (!JSON.stringify(entries).includes('"contact"')) return ledger.putMany(entries);
        tries += 1;
        return Promise.reject(new Error('the store is away'));
      },
    }));
    const batch = callsFromNumbers(3);
    const outcomes = await test.deliver(batch);
    expect([...outcomes.values()].map(({ kind }) => kind)).toEqual(['delivered', 'delivered', 'delivered']);
    expect(test.portal.records('calls').map(({ contacts }) => contacts.length)).toEqual([1, 1, 1]);
    expect(tries).toBe(1);
  });

  it('a created contact that has another number now is not changed', async () => {
    test = await openPortal({}, { HUBSPOT_UNMATCHED: 'create' });
    await test.deliver([callFrom(number, 'one')]);
    const id = test.portal.records('contacts')[0]?.id ?? '';
    test.portal.person.edit('contacts', id, { phone: mobileNumber(7) });
    test.clock.moveBy(25 * 3_600_000);
    await test.deliver([callFrom(number, 'two')]);
    expect(test.portal.records('contacts')).toMatchObject([{ id, properties: { phone: mobileNumber(7) } }]);
  });

  it.each(['reset after the write', '500 in the write', 'silence'] as const)(
    'one contact is created when the create meets a fault: %s',
    async (fault) => {
      test = await openPortal({}, { HUBSPOT_UNMATCHED: 'create', HUBSPOT_TIMEOUT: '500ms' });
      const batch = callsFromNumbers(4);
      test.portal.stage(fault, { on: 'contacts.upsert' });
      await test.settle(batch);
      expect(test.portal.records('contacts')).toHaveLength(4);
      expect(test.portal.records('calls').map(({ contacts }) => contacts.length)).toEqual([1, 1, 1, 1]);
    },
  );
});
