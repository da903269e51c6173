import { afterEach, describe, expect, it } from 'vitest';
import { afterwards, callFrom, mobileNumber, openPortal, type PortalUnderTest } from './portal-under-test.ts';

let test: PortalUnderTest;
afterEach(() => test.close());

const number = mobileNumber(1);
const national = number.replace('+61', '0');

describe('the person of a call', () => {
  it.each([
    ['typed with a plus', { phone: number }],
    ['typed as it is dialled within the country', { phone: national.replace(/(\d{4})(\d{3})/, '$1 $2 ') }],
    ['in the mobile field', { mobilephone: national }],
    ['without a plus', { phone: number.slice(1) }],
  ])('the person of a call is found by a number %s', async (_how, properties) => {
    test = await openPortal({ contacts: [{ id: '9001', properties }] });
    const delivery = callFrom(number, 'one');
    await test.deliver([delivery]);
    expect(test.callsOf(delivery)).toMatchObject([{ contacts: ['9001'] }]);
  });

  it('the contact that was changed last gets the call when several have the number, and the trace says so', async () => {
    let nowMs = Date.UTC(2026, 10, 22);
    const properties = { phone: number };
    const contacts = ['9001', '9002', '9003'].map((id) => ({ id, properties }));
    test = await openPortal({ clock: () => nowMs, contacts });
    nowMs += 1000;
    test.portal.person.edit('contacts', '9002', { firstname: 'Mai' });
    const delivery = callFrom(number, 'one');
    const outcome = (await test.deliver([delivery])).get('one');
    expect(test.callsOf(delivery)).toMatchObject([{ contacts: ['9002'] }]);
    expect(outcome).toMatchObject({ trace: { person: { match: { rule: 'latest' } } } });
  });

  it('the company that several contacts share gets the call when the policy says so', async () => {
    const properties = { phone: number, associatedcompanyid: '7001' };
    const options = {
      contacts: [
        { id: '9001', properties },
        { id: '9002', properties },
      ],
      companies: [{ id: '7001', properties: { name: 'Acme' } }],
    };
    test = await openPortal(options, { HUBSPOT_SEVERAL: 'company' });
    const delivery = callFrom(number, 'one');
    await test.deliver([delivery]);
    expect(test.callsOf(delivery)).toMatchObject([{ contacts: [], companies: ['7001'] }]);
  });

  it.each([404, 400] as const)(
    'the remaining contact gets the call when the matched one was deleted (%i)',
    async (unknownAssociation) => {
      test = await openPortal({
        unknownAssociation,
        contacts: [{ id: '9001', properties: { phone: number } }],
      });
      await test.deliver([callFrom(number, 'one')]);
      test.portal.person.remove('contacts', '9001');
      const survivor = test.portal.person.add('contacts', { properties: { phone: number } });
      const again = callFrom(number, 'two');
      await test.deliver([again]);
      expect(test.callsOf(again)).toMatchObject([{ contacts: [survivor] }]);
    },
  );

  it('a person is found by the typed number when HubSpot knows no country', async () => {
    const contacts = [{ id: '9001', properties: { phone: national } }];
    test = await openPortal({ country: 'unknown', contacts });
    expect(test.portal.record('contacts', '9001')?.properties).not.toHaveProperty(
      'hs_calculated_phone_number',
    );
    const delivery = callFrom(number, 'one');
    await test.deliver([delivery]);
    expect(test.callsOf(delivery)).toMatchObject([{ contacts: ['9001'] }]);
  });

  it('the contact that replaced a merged contact gets the call', async () => {
    const contacts = ['9001', '9002'].map((id) => ({
      id,
      properties: { phone: id === '9001' ? number : mobileNumber(2) },
    }));
    test = await openPortal({ contacts });
    await test.deliver([callFrom(number, 'one')]);
    test.portal.person.merge('contacts', '9002', '9001');
    const again = callFrom(number, 'two');
    await test.deliver([again]);
    expect(test.callsOf(again)).toMatchObject([{ contacts: ['9002'] }]);
  });

  it('no contact gets the call under the policy none when several have the number, and the trace names them all', async () => {
    const contacts = ['9001', '9002'].map((id) => ({ id, properties: { phone: number } }));
    test = await openPortal({ contacts }, { HUBSPOT_SEVERAL: 'none' });
    const delivery = callFrom(number, 'one');
    const outcome = (await test.deliver([delivery])).get('one');
    expect(test.callsOf(delivery)).toMatchObject([{ contacts: [] }]);
    expect(outcome).toMatchObject({
      revisitAfterMs: undefined,
      trace: {
        person: {
          state: 'several',
          match: { rule: 'several_hits', candidates: [{ id: '9001' }, { id: '9002' }] },
        },
      },
    });
  });

  it('a person is found beside a number with too many contacts for one search', async () => {
    const common = mobileNumber(2);
    const many = Array.from({ length: 401 }, (_none, at) => ({
      id: String(8000 + at),
      properties: { phone: common },
    }));
    const ann = { id: '9001', properties: { phone: number } };
    test = await openPortal({ contacts: [...many, ann] }, { HUBSPOT_UNMATCHED: 'create' });
    const [one, two, three] = [callFrom(number, 'one'), callFrom(common, 'two'), callFrom(common, 'three')];
    const outcomes = await test.deliver([one, two]);
    expect(test.callsOf(one)).toMatchObject([{ contacts: ['9001'] }]);
    expect(test.callsOf(two)).toMatchObject([{ contacts: [] }]);
    expect(outcomes.get('two')).toMatchObject({
      trace: { person: { state: 'several', match: { rule: 'several_hits' } } },
    });
    // Two pages for both numbers, two for the common one, and one for Ann's.
    expect(test.portal.counts()['contacts.search']).toBe(5);
    // The number also counts as taken for the next call, so no contact is created for it.
    await test.deliver([three]);
    expect(test.portal.records('contacts')).toHaveLength(402);
  });

  it('a number of OWN_NUMBERS is not searched, and its call has no person', async () => {
    const contacts = [{ id: '9001', properties: { phone: number } }];
    test = await openPortal({ contacts }, { OWN_NUMBERS: number, HUBSPOT_UNMATCHED: 'create' });
    const delivery = callFrom(number, 'one');
    await test.deliver([delivery]);
    expect(test.callsOf(delivery)).toMatchObject([{ contacts: [] }]);
    expect(test.portal.counts()['contacts.search']).toBeUndefined();
    expect(test.portal.records('contacts')).toHaveLength(1);
  });
});

describe('a call that landed without a person', () => {
  it.each([
    ['several had its number', { HUBSPOT_SEVERAL: 'none' }, {}],
    ['its number could not be read', {}, { counterpart_e164: undefined, origin_number: '0412 000 0012' }],
  ] as const)(
    'a call that landed without a person because %s is matched again when it lands again',
    async (_why, settings, given) => {
      const contacts = ['9001', '9002'].map((id) => ({ id, properties: { phone: number } }));
      test = await openPortal({ contacts }, settings);
      const delivery = callFrom(number, 'one', given);
      const landed = (await test.deliver([delivery])).get('one');
      expect(test.callsOf(delivery)).toMatchObject([{ contacts: [] }]);
      test.portal.person.remove('contacts', '9002');
      test.clock.moveBy(11 * 60_000);
      const { counterpart_e164 } = callFrom(number, 'one').call;
      const mended = { duration_seconds: 9, ...(counterpart_e164 !== undefined && { counterpart_e164 }) };
      await test.deliver([afterwards(delivery, landed, mended)]);
      expect(test.callsOf(delivery)).toMatchObject([{ contacts: ['9001'] }]);
    },
  );
});

describe('a call without a person, under HUBSPOT_UNMATCHED=skip', () => {
  const settings = { HUBSPOT_UNMATCHED: 'skip' };

  it('a call is skipped under HUBSPOT_UNMATCHED=skip when several have its number and none is chosen', async () => {
    const contacts = ['9001', '9002'].map((id) => ({ id, properties: { phone: number } }));
    test = await openPortal({ contacts }, { ...settings, HUBSPOT_SEVERAL: 'none' });
    const outcomes = await test.deliver([callFrom(number, 'one')]);
    expect(outcomes.get('one')).toMatchObject({ kind: 'skipped', revisitAfterMs: undefined });
  });

  it('a skipped call lands when a revisit finds the contact, because the index was late', async () => {
    let nowMs = Date.UTC(2026, 10, 22);
    const contacts = [{ id: '9001', properties: { phone: number } }];
    test = await openPortal({ clock: () => nowMs, indexLagMs: 120_000, contacts }, settings);
    const delivery = callFrom(number, 'one');
    expect((await test.deliver([delivery])).get('one')).toMatchObject({
      kind: 'skipped',
      revisitAfterMs: expect.any(Number) as number,
    });
    nowMs += 300_000;
    await test.deliver([{ ...delivery, visit: 'revisit', attempt: 2 }]);
    expect(test.callsOf(delivery)).toMatchObject([{ contacts: ['9001'] }]);
  });

  it('a call is skipped under HUBSPOT_UNMATCHED=skip when its contact proves to be gone', async () => {
    test = await openPortal({ contacts: [{ id: '9001', properties: { phone: number } }] }, settings);
    await test.deliver([callFrom(number, 'one')]);
    test.portal.person.remove('contacts', '9001');
    const again = callFrom(number, 'two');
    expect((await test.deliver([again])).get('two')).toMatchObject({ kind: 'skipped' });
    expect(test.callsOf(again)).toEqual([]);
  });
});
