import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readBacklog } from '../../src/store/backlog.ts';
import { noteFirstAttempts, readDue, readNextDueMs, type Destination } from '../../src/store/deliveries.ts';
import { settle, type Settlement } from '../../src/store/settle.ts';
import { takeLease } from '../../src/store/destinations.ts';
import { storePushes } from '../../src/store/pushes.ts';
import { engines } from '../fixtures/engines.ts';
import { openFreshStore, readDelivery, type FreshStore } from '../fixtures/fresh-store.ts';
import { inboundBodies, pushOf, someTimeMs } from '../fixtures/pushes.ts';

const settleAfterMs = 4 * 3_600_000;
/** A destination for every stage. */
const live: Destination = {
  name: 'live',
  stages: ['call_start', 'call_answered', 'call_end', 'call_end_outbound'],
  settleAfterMs,
};
/** A destination for ended calls. */
const atEnd: Destination = { name: 'at-end', stages: ['call_end', 'call_end_outbound'], settleAfterMs };

function settlement(callId: string, rest: Partial<Settlement> = {}): Settlement {
  return {
    callId,
    revision: someTimeMs,
    state: 'delivered',
    dueAtMs: undefined,
    attempts: 1,
    code: undefined,
    reason: undefined,
    remedy: undefined,
    remoteId: undefined,
    trace: undefined,
    ...rest,
  };
}

for (const engine of engines) {
  describe.skipIf(!engine.given)(`deliveries on ${engine.title}`, () => {
    let fresh: FreshStore;
    let fence: number;
    beforeEach(async () => {
      fresh = await openFreshStore(engine, ['live', 'at-end']);
      fence = (await takeLease(fresh.store, 'live', 'me', undefined, 60_000, someTimeMs))?.fence ?? 0;
    });
    afterEach(() => fresh.close());

    const push = (callId: string, part: 'start' | 'answered' | 'end', nowMs = someTimeMs, to = [live]) =>
      storePushes(fresh.store, [pushOf(inboundBodies(callId)[part], nowMs)], to, nowMs);
    const settleOne = (callId: string, rest: Partial<Settlement> = {}, nowMs = someTimeMs) =>
      settle(fresh.store, 'live', fence, [settlement(callId, rest)], nowMs);
    const row = (callId: string, destination = 'live') => readDelivery(fresh.store, destination, callId);

    it('a delivery becomes due at once when the call reaches a stage of the destination', async () => {
      await push('c', 'start');
      expect(await row('c')).toMatchObject({
        state: 'due',
        due_at: someTimeMs,
        due_since: someTimeMs,
        attempts: 0,
      });
    });

    it('a delivery waits until the call reaches a stage of the destination', async () => {
      await push('c', 'start', someTimeMs, [atEnd]);
      expect(await row('c', 'at-end')).toMatchObject({ state: 'due', due_at: someTimeMs + settleAfterMs });
    });

    it('a delivery waits again after each push of a stage that does not land at once', async () => {
      await push('c', 'start', someTimeMs, [atEnd]);
      await push('c', 'answered', someTimeMs + 1000, [atEnd]);
      expect(await row('c', 'at-end')).toMatchObject({ due_at: someTimeMs + 1000 + settleAfterMs });
    });

    it('a waiting delivery is due at once when the end of the call comes', async () => {
      await push('c', 'start', someTimeMs, [atEnd]);
      await push('c', 'end', someTimeMs + 1000, [atEnd]);
      expect(await row('c', 'at-end')).toMatchObject({
        due_at: someTimeMs + 1000,
        due_since: someTimeMs + 1000,
      });
    });

    it.each(['delivered', 'skipped', 'rejected', 'exhausted'] as const)(
      'a delivery in the state %s becomes due with fresh attempts when a push comes',
      async (state) => {
        await push('c', 'start');
        await settleOne('c', { state, attempts: 7 });
        expect(await row('c')).toMatchObject({ state, due_at: null, due_since: null });
        await push('c', 'end', someTimeMs + 1000);
        expect(await row('c')).toMatchObject({ state: 'due', due_at: someTimeMs + 1000, attempts: 0 });
      },
    );

    it('a delivery keeps its time and attempts when a push comes during a pause after a failure', async () => {
      await push('c', 'start');
      await settleOne('c', { state: 'due', dueAtMs: someTimeMs + 60_000, attempts: 3 });
      await push('c', 'end', someTimeMs + 1000);
      expect(await row('c')).toMatchObject({
        state: 'due',
        due_at: someTimeMs + 60_000,
        due_since: someTimeMs,
        attempts: 3,
        revision: someTimeMs + 1000,
      });
    });

    it('a delivery is due now when a push comes while a rule delays it', async () => {
      await push('c', 'start');
      await settleOne('c', { state: 'due', dueAtMs: someTimeMs + 60_000, attempts: 0, code: 'api_budget' });
      expect(await row('c')).toMatchObject({ due_at: someTimeMs + 60_000 });
      await push('c', 'end', someTimeMs + 1000);
      expect(await row('c')).toMatchObject({ state: 'due', due_at: someTimeMs + 1000, attempts: 0 });
    });

    it('a delivery is due now when a push came before the delay by a rule was settled', async () => {
      await push('c', 'start');
      await push('c', 'end', someTimeMs + 1000);
      await settleOne('c', { state: 'due', dueAtMs: someTimeMs + 60_000, attempts: 0 }, someTimeMs + 1001);
      expect((await row('c'))?.['due_at']).toBeLessThanOrEqual(someTimeMs + 1000);
    });

    it('a delivery keeps its time when a push came before its failure was settled', async () => {
      await push('c', 'start');
      await push('c', 'end', someTimeMs + 1000);
      await settleOne('c', { state: 'due', dueAtMs: someTimeMs + 60_000, attempts: 1 }, someTimeMs + 1001);
      expect(await row('c')).toMatchObject({ due_at: someTimeMs + 60_000, attempts: 1 });
    });

    it('deliveries are read in order of their due times, up to the limit, and never too early', async () => {
      await push('third', 'start', someTimeMs + 3);
      await push('first', 'start', someTimeMs + 1);
      await push('later', 'start', someTimeMs + 1000);
      await push('second', 'start', someTimeMs + 2);
      const due = await readDue(fresh.store, 'live', 10, someTimeMs + 10);
      expect(due.map(({ call }) => call.id)).toEqual(['first', 'second', 'third']);
      expect(await readDue(fresh.store, 'live', 2, someTimeMs + 10)).toHaveLength(2);
    });

    it('deliveries are read only for their own destination', async () => {
      await push('c', 'start', someTimeMs, [live]);
      expect(await readDue(fresh.store, 'at-end', 10, someTimeMs)).toEqual([]);
    });

    it('a delivery is read with the newest revision of the call', async () => {
      await push('c', 'start');
      await push('c', 'end', someTimeMs + 5);
      const [due] = await readDue(fresh.store, 'live', 10, someTimeMs + 10);
      expect(due).toMatchObject({
        revision: someTimeMs + 5,
        landedRevision: undefined,
        attempts: 0,
        dueSinceMs: someTimeMs + 5,
      });
      expect(due?.call.stage).toBe('call_end');
    });

    it('the time of the next due delivery is shown', async () => {
      expect(await readNextDueMs(fresh.store, 'live')).toBeUndefined();
      await push('late', 'start', someTimeMs + 500);
      await push('soon', 'start', someTimeMs + 100);
      expect(await readNextDueMs(fresh.store, 'live')).toBe(someTimeMs + 100);
    });

    it('a delivery shows revision, remote id and trace after it landed, and is no longer due', async () => {
      await push('c', 'start');
      expect(await settleOne('c', { remoteId: 'r-1', trace: '{"rule":1}' })).toBe(true);
      expect(await row('c')).toMatchObject({
        state: 'delivered',
        delivered_revision: someTimeMs,
        remote_id: 'r-1',
        trace: '{"rule":1}',
        due_at: null,
        attempts: 0,
        attempted_at: someTimeMs,
      });
      expect(await readDue(fresh.store, 'live', 10, someTimeMs + 1e9)).toEqual([]);
    });

    it('a delivery keeps remote id and trace when a later attempt gives none', async () => {
      await push('c', 'start');
      await settleOne('c', { remoteId: 'r-1', trace: '{"rule":1}' });
      await push('c', 'end', someTimeMs + 5);
      await settleOne('c', {
        revision: someTimeMs + 5,
        state: 'rejected',
        code: 'x',
        reason: 'y',
        remedy: 'z',
      });
      expect(await row('c')).toMatchObject({
        state: 'rejected',
        delivered_revision: someTimeMs,
        remote_id: 'r-1',
        trace: '{"rule":1}',
        code: 'x',
        reason: 'y',
        remedy: 'z',
      });
    });

    it('a delivery can have a revisit after it landed, and then shows that it landed', async () => {
      await push('c', 'start');
      await settleOne('c', { dueAtMs: someTimeMs + 1000, remoteId: 'r-1' });
      expect(await readDue(fresh.store, 'live', 10, someTimeMs + 999)).toEqual([]);
      expect(await readDue(fresh.store, 'live', 10, someTimeMs + 1000)).toMatchObject([
        { landedRevision: someTimeMs, remoteId: 'r-1', attempts: 0 },
      ]);
    });

    it.each(['delivered', 'skipped', 'rejected', 'exhausted'] as const)(
      'a delivery stays due when a push came during a batch that is settled as %s',
      async (state) => {
        await push('c', 'start');
        await push('c', 'end', someTimeMs + 5);
        await settleOne('c', { state }, someTimeMs + 10);
        expect(await row('c')).toMatchObject({
          state: 'due',
          due_at: someTimeMs + 5,
          due_since: someTimeMs + 5,
          revision: someTimeMs + 5,
          attempts: 0,
        });
      },
    );

    it('a delivery does not change when a settlement has an outdated fence', async () => {
      await push('c', 'start');
      await takeLease(fresh.store, 'live', 'other', undefined, 60_000, someTimeMs + 60_000);
      const before = await row('c');
      expect(await settleOne('c')).toBe(false);
      expect(await row('c')).toEqual(before);
    });

    it('the deliveries of one batch are all settled with their different outcomes', async () => {
      for (const callId of ['a', 'b', 'c']) await push(callId, 'start');
      await settle(
        fresh.store,
        'live',
        fence,
        [
          settlement('a'),
          settlement('b', { state: 'due', dueAtMs: someTimeMs + 9, code: 'x' }),
          settlement('c', { state: 'skipped' }),
        ],
        someTimeMs,
      );
      const states = await Promise.all(['a', 'b', 'c'].map(async (callId) => (await row(callId))?.state));
      expect(states).toEqual(['delivered', 'due', 'skipped']);
    });

    it('a settlement makes no delivery', async () => {
      expect(await settleOne('nobody')).toBe(true);
      expect(await row('nobody')).toBeUndefined();
    });

    it('an attempt before the first landing is recorded without being counted', async () => {
      await push('c', 'start');
      expect(await noteFirstAttempts(fresh.store, 'live', fence, ['c'], someTimeMs + 1)).toBe(true);
      expect(await row('c')).toMatchObject({ attempts: 0, attempted_at: someTimeMs + 1, due_at: someTimeMs });
    });

    it('no attempt is recorded after a delivery has landed', async () => {
      await push('c', 'start');
      await settleOne('c');
      expect(await noteFirstAttempts(fresh.store, 'live', fence, ['c'], someTimeMs + 9_000)).toBe(true);
      expect((await row('c'))?.attempted_at).toBeLessThan(someTimeMs + 9_000);
    });

    it('no attempt is recorded under an outdated fence', async () => {
      await push('c', 'start');
      expect(await noteFirstAttempts(fresh.store, 'live', fence + 1, ['c'], someTimeMs)).toBe(false);
      expect(await row('c')).toMatchObject({ attempts: 0, attempted_at: null });
    });

    it('rejected and exhausted deliveries are counted separately, by state', async () => {
      for (const callId of ['a', 'b', 'c', 'd']) await push(callId, 'start');
      for (const callId of ['a', 'b']) await settleOne(callId, { state: 'rejected' });
      await settleOne('c', { state: 'exhausted' });
      expect(await readBacklog(fresh.store, ['live'], someTimeMs)).toMatchObject([
        { deliveries: 1, resting: { rejected: 2, exhausted: 1 } },
      ]);
    });

    it('due deliveries form the backlog, but not while their calls wait for an end', async () => {
      await push('a', 'start', someTimeMs, [live, atEnd]);
      await push('b', 'end', someTimeMs + 1000, [live, atEnd]);
      const none = { rejected: 0, exhausted: 0 };
      expect(await readBacklog(fresh.store, ['live', 'at-end'], someTimeMs + 5000)).toEqual([
        { destination: 'live', deliveries: 2, ageMs: 5000, paused: false, resting: none, isMore: false },
        { destination: 'at-end', deliveries: 1, ageMs: 4000, paused: false, resting: none, isMore: false },
      ]);
    });
  });
}
