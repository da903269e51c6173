import { describe, expect, it } from 'vitest';
import { atStart, changed, land, unchanged, only, type CrmHarness } from './crm-harness.ts';

const number = '+61412000001';

/** Each call becomes one activity even if answers or landings are lost, and a live call is closed at its end. */
export function describeLanding({ open, call }: CrmHarness): void {
  describe('a call', () => {
    it('a call is one activity when the answer to its create was lost', async () => {
      const crm = await open();
      const batch = ['one', 'two', 'three'].map((id, at) => call(`+6141200000${at}`, id));
      crm.loseReply();
      await crm.deliver(batch).catch(() => undefined);
      await crm.deliver(batch.map((delivery) => ({ ...delivery, attempt: 2 })));
      expect(crm.activities()).toHaveLength(3);
    });

    it('a call is one activity when the store does not know that it landed', async () => {
      const crm = await open();
      const first = await land(crm, call(number, 'one'));
      await crm.restart();
      const again = await land(crm, call(number, 'one'));
      expect(crm.activities()).toHaveLength(1);
      expect(again.remoteId?.slice(0, 15)).toBe(first.remoteId?.slice(0, 15));
    });

    it('a call changes nothing when nothing changed', async () => {
      const crm = await open();
      crm.person.addContact({ phone: number });
      const delivery = call(number, 'one');
      const landed = await land(crm, delivery);
      expect(await land(crm, changed(delivery, landed, {}))).toMatchObject({ effect: 'unchanged' });
    });
  });

  describe('a live call', () => {
    it('a live call is closed four hours after its last push when its end never came', async () => {
      const crm = await open({ LOG: 'live' });
      crm.person.addContact({ phone: number });
      const started = call(number, 'one', atStart);
      const landed = await land(crm, started);
      expect(only(crm).isOpen).toBe(true);
      crm.pass(landed.revisitAfterMs ?? 0);
      const closed = await land(crm, unchanged(started, landed));
      expect(closed.revisitAfterMs).toBeUndefined();
      expect(only(crm).isOpen).toBe(false);
    });
  });
}
