import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  noteSuspect,
  readDestinations,
  registerDestinations,
  releaseLease,
  takeLease,
  writePause,
  type Lease,
} from '../../src/store/destinations.ts';
import { settle } from '../../src/store/settle.ts';
import { engines } from '../fixtures/engines.ts';
import { openFreshStore, type FreshStore } from '../fixtures/fresh-store.ts';
import { someTimeMs } from '../fixtures/pushes.ts';

const leaseMs = 60_000;

for (const engine of engines) {
  describe.skipIf(!engine.given)(`the lease on a destination on ${engine.title}`, () => {
    let fresh: FreshStore;
    beforeEach(async () => {
      fresh = await openFreshStore(engine, ['crm', 'table']);
    });
    afterEach(() => fresh.close());

    const take = (holder: string, nowMs: number, held?: Lease) =>
      takeLease(fresh.store, 'crm', holder, held, leaseMs, nowMs);
    const held = async (holder: string, nowMs: number): Promise<Lease> => {
      const lease = await take(holder, nowMs);
      if (lease === undefined) throw new Error('The lease was not given');
      return lease;
    };

    it('one of twenty simultaneous requests gets the lease', async () => {
      const other = await fresh.openAgain();
      const leases = await Promise.all(
        Array.from({ length: 20 }, (_none, index) =>
          takeLease(index % 2 ? other : fresh.store, 'crm', `h${index}`, undefined, leaseMs, someTimeMs),
        ),
      );
      expect(leases.filter((lease) => lease !== undefined)).toHaveLength(1);
    });

    it('another process does not get the lease before it expires', async () => {
      await held('one', someTimeMs);
      expect(await take('two', someTimeMs + leaseMs - 1)).toBeUndefined();
    });

    it('another process gets the lease after it expired, with a greater fence', async () => {
      const first = await held('one', someTimeMs);
      const second = await held('two', someTimeMs + leaseMs);
      expect(second.fence).toBeGreaterThan(first.fence);
    });

    it('another process gets the lease at once when its holder has certainly ended, with a greater fence', async () => {
      const first = await held('ended', someTimeMs);
      const hasEnded = (holder: string): boolean => holder === 'ended';
      const second = await takeLease(
        ...([fresh.store, 'crm', 'two', undefined, leaseMs, someTimeMs + 1, hasEnded] as const),
      );
      expect(second).toMatchObject({ fence: first.fence + 1, abandoned: true });
      expect(await take('ended', someTimeMs + 2, first)).toBeUndefined();
    });

    it('the lease lasts longer after a renewal, with the same fence', async () => {
      const lease = await held('one', someTimeMs);
      expect(await take('one', someTimeMs + 50_000, lease)).toEqual(lease);
      expect(await take('two', someTimeMs + leaseMs)).toBeUndefined();
    });

    it('a holder that has lost the lease cannot renew it', async () => {
      const lease = await held('one', someTimeMs);
      await held('two', someTimeMs + leaseMs);
      expect(await take('one', someTimeMs + leaseMs, lease)).toBeUndefined();
    });

    it('the lease is free at once after its release', async () => {
      const lease = await held('one', someTimeMs);
      await releaseLease(fresh.store, 'crm', lease);
      expect((await held('two', someTimeMs + 1)).fence).toBeGreaterThan(lease.fence);
    });

    it('a holder that has lost the lease cannot release it', async () => {
      const lease = await held('one', someTimeMs);
      await held('two', someTimeMs + leaseMs);
      await releaseLease(fresh.store, 'crm', lease);
      expect(await take('three', someTimeMs + leaseMs + 1)).toBeUndefined();
    });

    it('the lease says whether the previous holder released it', async () => {
      const first = await held('one', someTimeMs);
      await releaseLease(fresh.store, 'crm', first);
      const second = await held('two', someTimeMs);
      const third = await held('three', someTimeMs + leaseMs);
      expect([first, second, third].map(({ abandoned }) => abandoned)).toEqual([false, false, true]);
    });

    it('the lease names the delivery that the previous holder attempted alone, until a settlement or a pause', async () => {
      let nowMs = someTimeMs;
      const next = (holder: string): Promise<Lease> => held(holder, (nowMs += leaseMs));
      const note = async (lease: Lease): Promise<boolean> =>
        noteSuspect(fresh.store, 'crm', lease, { callId: 'a', ends: 2 });
      const first = await next('one');
      expect(await note(first)).toBe(true);
      const second = await next('two');
      expect(second.suspect).toEqual({ callId: 'a', ends: 2 });
      expect(await note(first)).toBe(false);
      await writePause(fresh.store, 'crm', second, undefined);
      const third = await next('three');
      await note(third);
      await settle(fresh.store, 'crm', third.fence, [], nowMs);
      const fourth = await next('four');
      expect([third.suspect, fourth.suspect]).toEqual([undefined, undefined]);
    });

    it('the lease does not last a day when the clock is set back by a day', async () => {
      await held('one', someTimeMs + 86_400_000);
      expect(await take('two', someTimeMs)).toBeDefined();
    });

    it('the lease on one destination does not affect the others', async () => {
      await held('one', someTimeMs);
      expect(await takeLease(fresh.store, 'table', 'two', undefined, leaseMs, someTimeMs)).toBeDefined();
    });

    it('the lease keeps its fence when the destinations are registered again', async () => {
      const lease = await held('one', someTimeMs);
      await registerDestinations(fresh.store, ['crm', 'new']);
      expect(await take('one', someTimeMs + 1, lease)).toEqual(lease);
      expect((await readDestinations(fresh.store)).map(({ name }) => name).sort()).toEqual([
        'crm',
        'new',
        'table',
      ]);
    });

    it('the holder of the lease can write a pause and end it', async () => {
      const lease = await held('one', someTimeMs);
      const pause = { untilMs: someTimeMs + 9, pauses: 2, reason: 'It is away.', remedy: undefined };
      await writePause(fresh.store, 'crm', lease, pause);
      const state = async () => (await readDestinations(fresh.store)).find(({ name }) => name === 'crm');
      expect(await state()).toMatchObject({
        pausedUntilMs: someTimeMs + 9,
        pauses: 2,
        pauseReason: 'It is away.',
      });
      await writePause(fresh.store, 'crm', lease, undefined);
      expect(await state()).toMatchObject({ pausedUntilMs: 0, pauses: 0, pauseReason: null });
    });

    it('a holder that has lost the lease cannot write a pause', async () => {
      const lease = await held('one', someTimeMs);
      await held('two', someTimeMs + leaseMs);
      await writePause(fresh.store, 'crm', lease, {
        untilMs: 9e12,
        pauses: 1,
        reason: 'x',
        remedy: undefined,
      });
      const states = await readDestinations(fresh.store);
      expect(states.every(({ pausedUntilMs }) => pausedUntilMs === 0)).toBe(true);
    });
  });
}
