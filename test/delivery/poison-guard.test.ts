import { describe, expect, it } from 'vitest';
import { chooseOther, createPoisonGuard, isPoison, type PoisonGuard } from '../../src/delivery/poison.ts';
import { dueOf } from '../fixtures/due-delivery.ts';

const begun = (abandoned: boolean, suspect?: { callId: string; ends: number }): PoisonGuard => {
  const guard = createPoisonGuard({ batchSizeMax: 3 });
  guard.begin({ abandoned, suspect });
  return guard;
};

describe('the search for a delivery that ends processes', () => {
  it('the poison guard suspects nothing after a holder that released the lease', () => {
    const guard = begun(false);
    expect(guard.isAlone()).toBe(false);
    expect(guard.suspectIn(['a'])).toBeUndefined();
  });

  it('the poison guard tries as many deliveries alone as the abandoned batch could hold', () => {
    const guard = begun(true);
    for (const callId of ['a', 'b', 'c']) {
      expect(guard.isAlone()).toBe(true);
      expect(guard.suspectIn([callId])).toEqual({ callId, ends: 1 });
      guard.countSettled([callId]);
    }
    expect(guard.isAlone()).toBe(false);
  });

  it('the poison guard tries the suspect last of those tried alone', () => {
    const suspect = { callId: 's', ends: 1 };
    const guard = begun(true, suspect);
    expect(guard.suspectToDelay()).toEqual(suspect);
    guard.countSettled(['a']);
    guard.countSettled(['b']);
    expect(guard.suspectToDelay()).toBeUndefined();
    expect(guard.suspectIn(['s'])).toEqual({ callId: 's', ends: 2 });
  });

  it('the poison guard continues until the suspect is settled', () => {
    const guard = begun(true, { callId: 's', ends: 1 });
    for (const callId of ['a', 'b', 'c', 'd']) guard.countSettled([callId]);
    expect(guard.isAlone()).toBe(true);
    guard.countSettled(['s']);
    expect(guard.isAlone()).toBe(false);
  });

  it('the poison guard ends its search when nothing is due', () => {
    const guard = begun(true, { callId: 's', ends: 1 });
    guard.clear();
    expect(guard.isAlone()).toBe(false);
    expect(guard.suspectIn(['s'])).toBeUndefined();
  });

  it('the poison guard chooses a delivery other than the suspect when there is one', () => {
    const suspect = { callId: 's', ends: 1 };
    const chosen = (...ids: string[]) => chooseOther(suspect, ids.map(dueOf)).map(({ call }) => call.id);
    expect(chosen('s', 'a')).toEqual(['a']);
    expect(chosen('s')).toEqual(['s']);
    expect(chosen()).toEqual([]);
  });

  it('the poison guard treats a delivery as poison before it can end a third process', () => {
    expect([1, 2, 3].map((ends) => isPoison({ callId: 's', ends }))).toEqual([false, false, true]);
  });
});
