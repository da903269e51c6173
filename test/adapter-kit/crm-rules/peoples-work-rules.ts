import { describe, expect, it } from 'vitest';
import {
  atStart,
  changed,
  land,
  unchanged,
  only,
  type CrmHarness,
  type CrmUnderTest,
} from './crm-harness.ts';

const number = '+61412000001';
const live = { LOG: 'live' };

/** The kit keeps what people change in the CRM. */
export function describePeoplesWork({ open, call, anotherResult }: CrmHarness): void {
  const end = call(number, 'one').call;

  /** Lands the start of a call. Returns the delivery of its end. */
  async function landedAtStart(settings = {}) {
    const crm = await open({ ...live, ...settings });
    const contact = crm.person.addContact({ phone: number });
    const started = call(number, 'one', atStart);
    const landed = await land(crm, started);
    return { crm, contact, started, landed, end: changed(started, landed, end) };
  }
  const shownAtEnd = (crm: CrmUnderTest) => ({ title: only(crm).title, seconds: only(crm).durationSeconds });

  describe('people at work in the CRM', () => {
    it('an activity that nobody changed shows all values of the ended call', async () => {
      const { crm, contact, end: delivery } = await landedAtStart();
      expect(only(crm)).toMatchObject({ isOpen: true, personId: contact });
      await land(crm, delivery);
      const title = expect.stringContaining('answered 3 min 12 s') as string;
      expect(only(crm)).toMatchObject({ isOpen: false, durationSeconds: 192, title, personId: contact });
    });

    it('an activity keeps a title that people wrote, while the duration follows the call, and the trace says so', async () => {
      const { crm, end: delivery } = await landedAtStart();
      crm.person.edit(only(crm).id, { title: 'Mrs Ngo about the roof' });
      const landed = await land(crm, delivery);
      expect(shownAtEnd(crm)).toEqual({ title: 'Mrs Ngo about the roof', seconds: 192 });
      expect(JSON.stringify(landed.trace)).toContain('somebody changed it');
    });

    it('an activity keeps a result that people chose', async () => {
      const { crm, end: delivery } = await landedAtStart();
      crm.person.edit(only(crm).id, { result: anotherResult });
      await land(crm, delivery);
      expect(only(crm)).toMatchObject({ result: anotherResult, durationSeconds: 192 });
    });

    it('an activity keeps a person that people linked', async () => {
      const { crm, end: delivery } = await landedAtStart();
      const other = crm.person.addContact({});
      crm.person.link(only(crm).id, other);
      await land(crm, delivery);
      expect(only(crm)).toMatchObject({ personId: other, durationSeconds: 192 });
    });

    it('an activity keeps an owner that people chose', async () => {
      const settings = { OWNERS: '204=sam@example.com' };
      const { crm, end: delivery } = await landedAtStart(settings);
      const ownerId = crm.users.get('kim@example.com') ?? '';
      crm.person.edit(only(crm).id, { ownerId });
      await land(crm, { ...delivery, call: { ...delivery.call, extension_number: '204' } });
      expect(only(crm)).toMatchObject({ ownerId });
    });

    it('an activity keeps an outcome that people set while the call does not change', async () => {
      const crm = await open();
      const delivery = call(number, 'one');
      const landed = await land(crm, delivery);
      crm.person.edit(only(crm).id, { title: '' });
      await land(crm, changed(delivery, landed, { campaign: 'Spring', duration_seconds: 60 }));
      expect(only(crm)).toMatchObject({ title: expect.stringContaining('answered 1 min') as string });
    });

    it('an activity that people deleted for good is skipped with a reason and not made again', async () => {
      const { crm, end: delivery } = await landedAtStart();
      crm.person.remove(only(crm).id);
      const outcome = (await crm.deliver([delivery])).get('one');
      const rule = expect.stringContaining('it is not made again') as string;
      expect(outcome).toMatchObject({ kind: 'skipped', rule, revisitAfterMs: undefined });
      expect(crm.activities()).toEqual([]);
    });
  });

  describe('an activity whose landing is not stored', () => {
    /** Lands a call whose answer was lost when the process ended. */
    async function forgotten() {
      const crm = await open(live);
      crm.loseReply();
      await crm.deliver([call(number, 'one', atStart)]).catch(() => undefined);
      await crm.restart();
      return { crm, delivery: { ...call(number, 'one'), attempt: 2 } };
    }

    it('an activity whose landing is not stored is updated when nobody changed it', async () => {
      const { crm, delivery } = await forgotten();
      await land(crm, delivery);
      expect(shownAtEnd(crm)).toEqual({
        title: expect.stringContaining('answered 3 min 12 s') as string,
        seconds: 192,
      });
    });
  });

  describe('a contact that is made after the call', () => {
    it('a contact that is made after the call gets it, and the call then has no further revisit', async () => {
      const crm = await open();
      const delivery = call(number, 'one');
      const landed = await land(crm, delivery);
      const contact = crm.person.addContact({ phone: number });
      crm.pass(landed.revisitAfterMs ?? 0);
      const late = await land(crm, unchanged(delivery, landed));
      expect(late).toMatchObject({ effect: 'updated', revisitAfterMs: undefined });
      expect(only(crm)).toMatchObject({ personId: contact });
    });

    it('a contact that is made after the call does not get it when somebody linked another contact', async () => {
      const crm = await open();
      const delivery = call(number, 'one');
      const landed = await land(crm, delivery);
      const other = crm.person.addContact({});
      crm.person.link(only(crm).id, other);
      crm.person.addContact({ phone: number });
      crm.pass(landed.revisitAfterMs ?? 0);
      await land(crm, unchanged(delivery, landed));
      expect(only(crm)).toMatchObject({ personId: other });
    });

    it('a contact that is made after the call is searched three times: after 10 minutes, 1 hour and 4 hours', async () => {
      const crm = await open();
      const delivery = call(number, 'one');
      const waitsMs: number[] = [];
      for (let landed = await land(crm, delivery); landed.revisitAfterMs !== undefined;) {
        waitsMs.push(landed.revisitAfterMs);
        crm.pass(landed.revisitAfterMs);
        landed = await land(crm, unchanged(delivery, landed));
      }
      expect(waitsMs.map((ms) => Math.round(ms / 60_000 / 10) * 10)).toEqual([10, 50, 180]);
    });
  });
}
