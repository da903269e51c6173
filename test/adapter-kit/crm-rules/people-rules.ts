import { describe, expect, it } from 'vitest';
import { atStart, changed, land, unchanged, only, type CallChange, type CrmHarness } from './crm-harness.ts';

const number = '+61412000001';
const national = '0412 000 001';
const unsearchable: readonly (readonly [string, CallChange])[] = [
  ['withheld', { withheld: true, counterpart_e164: undefined, origin_number: undefined }],
  ['an extension', { counterpart_e164: undefined, origin_number: '211' }],
  ["the business's own", { phone_number_e164: number }],
];

/** The person of a call, its owner, and the treatment of unknown callers. */
export function describePeople({ open, call, prefix }: CrmHarness): void {
  describe('the person of a call', () => {
    it.each([
      ['with its country code', number],
      ['as people dial it at home', national],
    ])('the person of a call is found by a number that is typed %s', async (_how, phone) => {
      const crm = await open();
      const contact = crm.person.addContact({ phone });
      await land(crm, call(number, 'one'));
      expect(only(crm)).toMatchObject({ personId: contact });
    });

    it('a person whose number only has the same last digits does not get the call', async () => {
      const crm = await open();
      crm.person.addContact({ phone: '+49412000001' });
      await land(crm, call(number, 'one'));
      expect(only(crm).personId).toBeUndefined();
    });

    it('none of several people gets the call under the policy none, and the number is not searched again', async () => {
      const crm = await open({ SEVERAL: 'none' });
      for (const phone of [number, national]) crm.person.addContact({ phone });
      const landed = await land(crm, call(number, 'one'));
      expect(only(crm).personId).toBeUndefined();
      expect(landed).toMatchObject({ revisitAfterMs: undefined, trace: { person: { state: 'several' } } });
    });

    it('the next call is matched to the same person without a search', async () => {
      const crm = await open();
      const contact = crm.person.addContact({ phone: number });
      await land(crm, call(number, 'one'));
      const searches = crm.searches();
      await crm.restart();
      crm.pass(3_600_000);
      await land(crm, call(number, 'two'));
      expect(crm.searches()).toBe(searches);
      expect(crm.activities().map(({ personId }) => personId)).toEqual([contact, contact]);
    });

    it('a person is searched again 2 minutes after nobody had the number', async () => {
      const crm = await open();
      await land(crm, call(number, 'one'));
      const contact = crm.person.addContact({ phone: number });
      crm.pass(2 * 60_000 + 1);
      await land(crm, call(number, 'two'));
      expect(crm.activities().map(({ personId }) => personId)).toContain(contact);
    });

    it.each(unsearchable)('a person is not searched when the number is %s', async (_what, given) => {
      const crm = await open({ UNMATCHED: 'create' });
      await land(crm, call(number, 'one', given));
      expect(crm.searches()).toBe(0);
      expect(crm.made()).toBe(0);
    });

    it('a person is searched again for the next call after the record was removed', async () => {
      const crm = await open();
      const contact = crm.person.addContact({ phone: number });
      await land(crm, call(number, 'one'));
      crm.person.removeContact(contact);
      const landed = await land(crm, call(number, 'two'));
      expect(crm.activities().map(({ personId }) => personId)).toContain(undefined);
      expect(landed.revisitAfterMs).toBeGreaterThan(0);
    });
  });

  describe('the owner of a call', () => {
    it('the owner of a call is the user that the table names for the extension', async () => {
      const crm = await open({ OWNERS: '204=Sam@example.com' });
      crm.person.addContact({ phone: number, ownerId: crm.users.get('kim@example.com') });
      const landed = await land(crm, call(number, 'one', { extension_number: '204' }));
      expect(only(crm).ownerId).toBe(crm.users.get('sam@example.com'));
      expect(landed.trace).toMatchObject({ owner: { rule: 'by the table', place: '204' } });
    });

    it("the owner of a call is the person's owner where the table lacks the extension, which check then names", async () => {
      const crm = await open({ OWNERS: '999=sam@example.com' });
      crm.person.addContact({ phone: number, ownerId: crm.users.get('kim@example.com') });
      await land(crm, call(number, 'one', { extension_number: '204' }));
      expect(only(crm).ownerId).toBe(crm.users.get('kim@example.com'));
      const findings = await crm.adapter().check(new AbortController().signal);
      expect(findings.map(({ message }) => message).join()).toMatch(/: 204 \(1\)/);
    });
  });

  describe('a call without a person, under skip', () => {
    const settings = { UNMATCHED: 'skip' };

    it('a call without a person is skipped with a reason, and lands once somebody has the number', async () => {
      const crm = await open(settings);
      const delivery = call(number, 'one');
      const outcome = (await crm.deliver([delivery])).get('one');
      const rule = `Nobody has the number (${prefix}_UNMATCHED=skip).`;
      expect(outcome).toMatchObject({ kind: 'skipped', rule, revisitAfterMs: expect.any(Number) as number });
      expect(crm.activities()).toEqual([]);
      const contact = crm.person.addContact({ phone: number });
      crm.pass(10 * 60_000);
      await land(crm, { ...delivery, visit: 'revisit', attempt: 2 });
      expect(only(crm)).toMatchObject({ personId: contact });
    });

    it('a call without a person is skipped for good when its number cannot be searched', async () => {
      const crm = await open(settings);
      const withheld = { withheld: true, counterpart_e164: undefined };
      const outcome = (await crm.deliver([call(number, 'one', withheld)])).get('one');
      expect(outcome).toMatchObject({ kind: 'skipped', revisitAfterMs: undefined });
    });
  });

  describe('an unknown caller, under create', () => {
    const settings = { UNMATCHED: 'create' };

    it('an unknown caller becomes one person after two calls in a batch and a third that comes before the search finds it', async () => {
      const crm = await open(settings);
      await crm.deliver([call(number, 'one'), call(number, 'two')]);
      await crm.restart();
      await land(crm, call(number, 'three'));
      expect(crm.made()).toBe(1);
      const people = new Set(crm.activities().map(({ personId }) => personId));
      expect([...people]).toEqual([expect.any(String) as string]);
    });

    it('an unknown caller does not become a person after a call that is too short, and the trace says why', async () => {
      const crm = await open({ ...settings, CREATE_AFTER: '20s' });
      const landed = await land(crm, call(number, 'one', { duration_seconds: 9 }));
      expect(crm.made()).toBe(0);
      expect(landed.trace).toMatchObject({
        notes: ['no person was made: calls under 20 s create no record'],
      });
    });

    it('an unknown caller does not become a second person when somebody made the contact during the call', async () => {
      const crm = await open({ ...settings, LOG: 'live' });
      const started = call(number, 'one', atStart);
      const landed = await land(crm, started);
      const contact = crm.person.addContact({ phone: national });
      crm.pass(60_000);
      await land(crm, changed(started, landed, call(number, 'one').call));
      expect(crm.made()).toBe(0);
      expect(only(crm)).toMatchObject({ personId: contact });
    });

    it('an unknown caller does not become a second person at a revisit', async () => {
      const crm = await open(settings);
      const delivery = call(number, 'one');
      const landed = await land(crm, delivery);
      crm.pass(600_000);
      await land(crm, unchanged(delivery, landed));
      expect(crm.made()).toBe(1);
    });
  });
}
