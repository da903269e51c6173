import { afterEach, describe, expect, it } from 'vitest';
import { callFrom, mobileNumber, openPortal, type PortalUnderTest } from './portal-under-test.ts';

let test: PortalUnderTest;
afterEach(() => test.close());

const number = mobileNumber(1);
const contact = { id: '9001', properties: { phone: number, associatedcompanyid: '7001' } };
const company = { id: '7001', properties: { name: 'Acme' } };
const owners = [
  { id: '501', email: 'sam@example.com' },
  { id: '503', email: 'kim@example.com' },
];

describe('a company that was deleted after the match', () => {
  it.each([
    ['and removed from the contact', { associatedcompanyid: '' }],
    ['while the contact still names it', {}],
  ])('a call lands on the contact after the company was deleted: %s', async (_how, edit) => {
    test = await openPortal({ contacts: [contact], companies: [company] });
    await test.deliver([callFrom(number, 'one')]);
    test.portal.person.remove('companies', '7001');
    test.portal.person.edit('contacts', '9001', edit);
    const again = callFrom(number, 'two');
    await test.deliver([again]);
    expect(test.callsOf(again)).toMatchObject([{ contacts: ['9001'], companies: [] }]);
  });
});

describe('a contact that was deleted after the match', () => {
  it('a call lands without a person and with a revisit when its contact was deleted and nobody else has the number', async () => {
    test = await openPortal({ contacts: [contact], companies: [company], indexLagMs: 3_600_000 });
    await test.deliver([callFrom(number, 'one')]);
    test.portal.person.remove('contacts', '9001');
    const again = callFrom(number, 'two');
    const outcome = (await test.deliver([again])).get('two');
    expect(test.callsOf(again)).toMatchObject([{ contacts: [] }]);
    expect(outcome).toMatchObject({ revisitAfterMs: expect.any(Number) as number });
  });

  it('a deleted contact costs one search for eight calls, which get the owner of the present contact', async () => {
    const before = { id: '9001', properties: { phone: number, hubspot_owner_id: '501' } };
    test = await openPortal({ owners, contacts: [before] });
    await test.deliver([callFrom(number, 'one')]);
    test.portal.person.remove('contacts', '9001');
    const id = test.portal.person.add('contacts', {
      properties: { phone: number, hubspot_owner_id: '503' },
    });
    test.portal.forget();
    const batch = Array.from({ length: 8 }, (_none, index) => callFrom(number, `again-${index}`));
    await test.deliver(batch);
    expect(test.portal.counts()['contacts.search']).toBe(1);
    for (const delivery of batch)
      expect(test.callsOf(delivery)).toMatchObject([
        { contacts: [id], properties: { hubspot_owner_id: '503' } },
      ]);
  });
});

describe('an owner in the table who was deactivated after the users were read', () => {
  it("a deactivated owner in the table is replaced by the contact's owner", async () => {
    const contacts = [{ id: '9001', properties: { phone: number, hubspot_owner_id: '503' } }];
    test = await openPortal({ owners, contacts }, { HUBSPOT_OWNERS: '204=sam@example.com' });
    await test.deliver([callFrom(mobileNumber(5), 'before')]);
    test.portal.person.archiveOwner('501');
    const delivery = callFrom(number, 'one');
    await test.deliver([delivery]);
    expect(test.callsOf(delivery)).toMatchObject([{ properties: { hubspot_owner_id: '503' } }]);
  });
});

describe('associations that HubSpot refuses as a whole', () => {
  it('refused associations are omitted after two attempts, and the call lands with a revisit', async () => {
    test = await openPortal({ contacts: [contact], companies: [company] });
    const body = { status: 'error', category: 'OBJECT_NOT_FOUND', message: 'No contact with ID 9001 exists' };
    const reply = { kind: 'instead', status: 404, contentType: 'application/json', body } as const;
    test.portal.stage('500', { on: 'calls.create' });
    test.portal.stage({ reply }, { on: 'associations.default', times: Infinity });
    const delivery = callFrom(number, 'one');
    const outcome = (await test.settle([delivery])).get('one');
    expect(outcome).toMatchObject({ kind: 'delivered', trace: { person: { state: 'nobody' } } });
    expect(test.callsOf(delivery)).toHaveLength(1);
  });
});

describe('two properties that are refused one after the other', () => {
  it('two properties that are refused one after the other are both omitted, and the call lands', async () => {
    test = await openPortal();
    const delivery = callFrom(number, 'one');
    for (const name of ['hs_call_to_number', 'hs_call_from_number']) {
      const message = `Property "${name}" is against a rule`;
      const body = { status: 'error', category: 'VALIDATION_ERROR', message };
      const reply = { kind: 'instead', status: 400, contentType: 'application/json', body } as const;
      test.portal.stage({ reply }, { on: 'calls.create' });
    }
    expect((await test.deliver([delivery])).get('one')).toMatchObject({
      kind: 'delivered',
      trace: { dropped: { hs_call_to_number: {}, hs_call_from_number: {} } },
    });
  });
});
