import { describe, expect, it } from 'vitest';
import { AdapterMisconfigured, DestinationUnavailable } from '../../src/contract/errors.ts';
import { delivered } from '../../src/contract/outcome.ts';
import type { AttemptResult } from '../../src/delivery/attempt.ts';
import { createOutageProbe, type OutageProbe } from '../../src/delivery/outage-probe.ts';
import { dueOf } from '../fixtures/due-delivery.ts';
import { someTimeMs } from '../fixtures/pushes.ts';
import { movedClock } from '../fixtures/running-worker.ts';

const stopped = new DestinationUnavailable('HTTP 500');
const away: AttemptResult = { outcomes: new Map(), stopped, late: false };
const landed = { stopped: undefined, landed: true };
const [a, b, c] = ['a', 'b', 'c'].map(dueOf) as [ReturnType<typeof dueOf>, ...ReturnType<typeof dueOf>[]];
const due = [a, b, c].filter((delivery) => delivery !== undefined);

const pausedFor = (ms: number, pauses = 1) => ({ pauses, pausedUntilMs: someTimeMs + ms });
const idsOf = (deliveries: readonly { call: { id: string } }[]) => deliveries.map(({ call }) => call.id);
const create = (): OutageProbe => createOutageProbe(movedClock());

/** Fails this many probes. Returns the delivery that each probe used. */
function fail(probe: OutageProbe, times: number): string[] {
  return Array.from({ length: times }, () => {
    const chosen = probe.choose(due.slice(0, probe.choices()));
    probe.note(chosen, { stopped, landed: false });
    return idsOf(chosen).join();
  });
}

describe('a pause of the destination', () => {
  it('a pause of the destination is waited for', () => {
    const probe = create();
    expect(probe.observe(pausedFor(5_000))).toBe(5_000);
    expect(probe.isUnreachable()).toBe(true);
  });

  it('a pause of the destination is not waited for when it is over or the store has none', () => {
    const probe = create();
    expect(probe.observe(pausedFor(-1))).toBe(0);
    expect(probe.observe(undefined)).toBe(0);
    expect(probe.isUnreachable()).toBe(false);
  });

  it('a pause is ignored by a process that has just taken the destination, until it has read a batch', () => {
    const probe = create();
    probe.begin();
    expect(probe.observe(pausedFor(5_000))).toBe(0);
    expect(probe.observe(pausedFor(5_000))).toBe(0);
    probe.obeyPauses();
    expect(probe.observe(pausedFor(5_000))).toBe(5_000);
  });

  it('a pause is waited for after a failure before the first batch', () => {
    const probe = create();
    probe.begin();
    probe.pauseAfter(stopped, 1);
    expect(probe.observe(pausedFor(5_000))).toBe(5_000);
  });

  it('a pause is longer after each failure, and starts at a minute when a person must act', () => {
    const probe = create();
    expect(probe.pauseAfter(stopped, 1)).toEqual({ durationMs: 1_000, pauses: 1 });
    probe.observe(pausedFor(0, 3));
    expect(probe.pauseAfter(stopped, 1)).toEqual({ durationMs: 8_000, pauses: 4 });
    probe.observe(undefined);
    expect(probe.pauseAfter(new AdapterMisconfigured('refused', 'mend'), 1).durationMs).toBe(60_000);
  });
});

describe('the probe of an unreachable destination', () => {
  it('the probe tries the longest due delivery three times, and then the others in turn', () => {
    const probe = create();
    expect(fail(probe, 6)).toEqual(['a', 'a', 'a', 'b', 'c', 'b']);
  });

  it('the probe tries the longest due delivery when there is no other', () => {
    const probe = create();
    fail(probe, 4);
    expect(idsOf(probe.choose([a]))).toEqual(['a']);
  });

  it('the probe starts again with another delivery after a batch succeeded', () => {
    const probe = create();
    fail(probe, 2);
    probe.note([a], landed);
    expect(probe.choices()).toBe(1);
    expect(probe.isProbing()).toBe(false);
  });

  it('the probe keeps its count through the failure of a batch', () => {
    const probe = create();
    fail(probe, 2);
    probe.note(due, { stopped, landed: false });
    expect(fail(probe, 2)).toEqual(['a', 'b']);
  });

  it.each(['clear', 'begin'] as const)('the probe forgets its delivery after %s', (method) => {
    const probe = create();
    fail(probe, 5);
    probe[method]();
    expect(probe.choices()).toBe(1);
  });

  describe('after another delivery landed', () => {
    const proved = (): OutageProbe => {
      const probe = create();
      fail(probe, 3);
      probe.note(due.slice(1, 2), landed);
      return probe;
    };

    it('the probe tries the first delivery once more, alone, after another one landed', () => {
      const probe = proved();
      expect(probe.isProbing()).toBe(true);
      expect(probe.choices()).toBe(500);
      expect(idsOf(probe.choose(due))).toEqual(['a']);
    });

    it('the probe blames the first delivery for a further failure after another one landed', () => {
      const { outcomes, stopped: rest } = proved().blame([a], away);
      expect(rest).toBeUndefined();
      expect(outcomes.get('a')).toMatchObject({ kind: 'retry', code: 'destination_unavailable' });
    });

    it('the probe blames no other delivery, no batch and no delivery with an outcome', () => {
      const probe = proved();
      const tried = { ...away, outcomes: new Map([['a', delivered('a', { effect: 'created' })]]) };
      expect(probe.blame(due.slice(1, 2), away)).toBe(away);
      expect(probe.blame(due, away)).toBe(away);
      expect(probe.blame([a], tried)).toBe(tried);
    });

    it('the probe does not blame a delivery for a fault of the settings', () => {
      const misconfigured = { ...away, stopped: new AdapterMisconfigured('refused', 'mend') };
      expect(proved().blame([a], misconfigured)).toBe(misconfigured);
    });
  });

  it('the probe blames the destination while no other delivery landed', () => {
    const probe = create();
    fail(probe, 5);
    expect(probe.blame([a], away)).toBe(away);
  });
});
