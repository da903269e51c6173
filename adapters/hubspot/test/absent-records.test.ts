import { afterEach, describe, expect, it } from 'vitest';
import { afterwards, callFrom, callsFromNumbers, mobileNumber, openPortal } from './portal-under-test.ts';
import type { PortalUnderTest } from './portal-under-test.ts';

let test: PortalUnderTest;
afterEach(() => test.close());

const number = mobileNumber(1);
const startFields = { stage: 'call_start', status: 'in_progress', duration_seconds: undefined } as const;

describe.each([404, '404 with ids'] as const)('missing records in a portal that answers %s', (answer) => {
  const noneThereOnRead = answer;
  // Records that the answer does not name are read one by one.
  const readsOfTwo = answer === 404 ? 3 : 1;

  it('a call that somebody deleted is skipped, and the other calls land', async () => {
    test = await openPortal({ noneThereOnRead }, { HUBSPOT_LOG: 'live' });
    const started = callFrom(number, 'one', startFields);
    const landed = (await test.deliver([started])).get('one');
    test.portal.person.remove('calls', test.callsOf(started)[0]?.id ?? '');
    const end = afterwards(callFrom(number, 'one'), landed);
    expect((await test.deliver([end])).get('one')).toMatchObject({ kind: 'skipped' });
    expect(test.portal.counts()['calls.read']).toBe(1);
  });

  it('a number gets a contact when the adapter has made none for it yet', async () => {
    test = await openPortal({ noneThereOnRead }, { HUBSPOT_UNMATCHED: 'create' });
    const batch = callsFromNumbers(2);
    await test.deliver(batch);
    expect(test.portal.counts()['contacts.read']).toBe(readsOfTwo);
    expect(test.portal.records('calls').map(({ contacts }) => contacts.length)).toEqual([1, 1]);
  });

  it('calls land after a create failed with a 500 and wrote nothing', async () => {
    test = await openPortal({ noneThereOnRead });
    test.portal.stage('500', { on: 'calls.create' });
    const batch = callsFromNumbers(2);
    const outcomes = await test.deliver(batch);
    expect([...outcomes.values()].map(({ kind }) => kind)).toEqual(['delivered', 'delivered']);
    expect(test.portal.records('calls')).toHaveLength(2);
    expect(test.portal.counts()['calls.read']).toBe(readsOfTwo);
  });
});

describe('a 404 to a read that does not name the missing records', () => {
  it('the other calls of a batch are updated when one was deleted', async () => {
    test = await openPortal({ someThereOnRead: 404 }, { HUBSPOT_LOG: 'live' });
    const started = callsFromNumbers(8, startFields);
    const landed = await test.deliver(started);
    const [gone, ...others] = started;
    if (gone === undefined) throw new Error('There is no call');
    test.portal.person.remove('calls', test.callsOf(gone)[0]?.id ?? '');
    const ends = callsFromNumbers(8).map((delivery) => afterwards(delivery, landed.get(delivery.id)));
    const outcomes = await test.deliver(ends);
    expect(outcomes.get(gone.id)).toMatchObject({ kind: 'skipped' });
    for (const { id } of others)
      expect(outcomes.get(id)).toMatchObject({ kind: 'delivered', effect: 'updated' });
    // One read of eight, and two reads each of four, two and one.
    expect(test.portal.counts()['calls.read']).toBe(7);
  });

  it('a contact that the adapter made and people changed keeps its new number', async () => {
    test = await openPortal({ someThereOnRead: 404 }, { HUBSPOT_UNMATCHED: 'create' });
    await test.deliver([callFrom(number, 'one')]);
    const id = test.portal.records('contacts')[0]?.id ?? '';
    test.portal.person.edit('contacts', id, { phone: mobileNumber(7) });
    test.clock.moveBy(25 * 3_600_000);
    await test.deliver([callFrom(number, 'two'), callFrom(mobileNumber(2), 'three')]);
    expect(test.portal.record('contacts', id)?.properties).toMatchObject({ phone: mobileNumber(7) });
    expect(test.portal.records('contacts')).toHaveLength(2);
  });

  it('a portal that names no missing records is asked at most 30 times, and the unread rest gets no contact', async () => {
    test = await openPortal({ noneThereOnRead: 404 }, { HUBSPOT_UNMATCHED: 'create' });
    const batch = callsFromNumbers(100);
    const outcomes = await test.deliver(batch);
    expect(test.portal.counts()['contacts.read']).toBe(30);
    expect([...outcomes.values()].every(({ kind }) => kind === 'delivered')).toBe(true);
    const made = test.portal.records('contacts').length;
    expect(made).toBeGreaterThan(0);
    expect(made).toBeLessThan(30);
  });

  it('a 404 at a wrong address stops the destination as misconfigured', async () => {
    test = await openPortal({}, { HUBSPOT_UNMATCHED: 'create' });
    const body = { status: 'error', message: 'resource not found' };
    const reply = { kind: 'instead', status: 404, contentType: 'application/json', body } as const;
    test.portal.stage({ reply }, { on: 'contacts.read' });
    await expect(test.deliver([callFrom(number, 'one')])).rejects.toThrow('HubSpot answered 404');
  });
});

describe('a property that somebody cleared', () => {
  it('a cleared property does not count as a company, and the call lands on the contact alone', async () => {
    const properties = { phone: number, associatedcompanyid: '7001', hubspot_owner_id: '501' };
    test = await openPortal({
      contacts: [{ id: '9001', properties }],
      companies: [{ id: '7001', properties: { name: 'Acme' } }],
      owners: [{ id: '501', email: 'sam@example.com' }],
    });
    test.portal.person.edit('contacts', '9001', { associatedcompanyid: '', hubspot_owner_id: '' });
    const delivery = callFrom(number, 'one');
    await test.deliver([delivery]);
    expect(test.callsOf(delivery)).toMatchObject([{ contacts: ['9001'], companies: [] }]);
    expect(test.portal.counts()['calls.create']).toBe(1);
  });

  it('a cleared property does not count as a number, and the typed number is used', async () => {
    test = await openPortal({ contacts: [{ id: '9001', properties: { phone: number } }] });
    // HubSpot could not determine the country and cleared its calculated number.
    test.portal.person.edit('contacts', '9001', { hs_calculated_phone_number: '' });
    const delivery = callFrom(number, 'one');
    await test.deliver([delivery]);
    expect(test.callsOf(delivery)).toMatchObject([{ contacts: ['9001'] }]);
  });

  it('a cleared property does not count as the company of a contact that the adapter made', async () => {
    test = await openPortal(
      { companies: [{ id: '7001', properties: { name: 'Acme' } }] },
      { HUBSPOT_UNMATCHED: 'create' },
    );
    await test.deliver([callFrom(number, 'one')]);
    const id = test.portal.records('contacts')[0]?.id ?? '';
    for (const associatedcompanyid of ['7001', ''])
      test.portal.person.edit('contacts', id, { phone: mobileNumber(7), associatedcompanyid });
    test.clock.moveBy(25 * 3_600_000);
    const again = callFrom(number, 'two');
    await test.deliver([again]);
    expect(test.callsOf(again)).toMatchObject([{ contacts: [id], companies: [] }]);
  });
});
