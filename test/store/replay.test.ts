import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Destination } from '../../src/store/deliveries.ts';
import { settle } from '../../src/store/settle.ts';
import { takeLease } from '../../src/store/destinations.ts';
import { storePushes } from '../../src/store/pushes.ts';
import {
  applyRefold,
  differs,
  previewRefold,
  readCallIds,
  type RereadPush,
} from '../../src/store/upkeep/refold.ts';
import { markForReplay } from '../../src/store/upkeep/replay.ts';
import { engines } from '../fixtures/engines.ts';
import { openFreshStore, readCall, readDelivery, type FreshStore } from '../fixtures/fresh-store.ts';
import { inboundBodies, pushOf, someTimeMs } from '../fixtures/pushes.ts';

const hour = 3_600_000;
const crm: Destination = { name: 'crm', stages: ['call_end'], settleAfterMs: 4 * hour };
const late: Destination = { ...crm, name: 'late' };

for (const engine of engines) {
  describe.skipIf(!engine.given)(`replaying on ${engine.title}`, () => {
    let fresh: FreshStore;
    beforeAll(async () => {
      fresh = await openFreshStore(engine, ['crm', 'late']);
      const { store } = fresh;
      for (const [index, callId] of ['a', 'b', 'c'].entries()) {
        const nowMs = someTimeMs + index * hour;
        await storePushes(store, [pushOf(inboundBodies(callId).end, nowMs)], [crm], nowMs);
      }
      const talkingAtMs = someTimeMs + 3 * hour;
      await storePushes(store, [pushOf(inboundBodies('talking').start, talkingAtMs)], [crm], talkingAtMs);
      const lease = await takeLease(store, 'crm', 'me', undefined, 60_000, someTimeMs);
      const rest = { dueAtMs: undefined, attempts: 9, code: 'x', reason: 'y', remedy: 'z', trace: undefined };
      await settle(
        store,
        'crm',
        lease?.fence ?? 0,
        [
          { callId: 'a', revision: someTimeMs, state: 'delivered', remoteId: 'r-a', ...rest },
          { callId: 'b', revision: someTimeMs + hour, state: 'exhausted', remoteId: undefined, ...rest },
        ],
        someTimeMs,
      );
    });
    afterAll(() => fresh.close());

    const nowMs = someTimeMs + 4 * hour;

    it('a replay marks a delivery due now with fresh attempts, and keeps its remote id', async () => {
      await markForReplay(fresh.store, 'crm', [{ id: 'a', revision: someTimeMs }], nowMs);
      expect(await readDelivery(fresh.store, 'crm', 'a')).toMatchObject({
        state: 'due',
        due_at: nowMs,
        attempts: 0,
        remote_id: 'r-a',
        revision: someTimeMs,
      });
    });

    it('a replay never lowers a revision that a push raised meanwhile', async () => {
      await markForReplay(fresh.store, 'crm', [{ id: 'c', revision: 1 }], nowMs);
      expect(await readDelivery(fresh.store, 'crm', 'c')).toMatchObject({ revision: someTimeMs + 2 * hour });
    });

    it('a replay creates a missing delivery', async () => {
      await markForReplay(fresh.store, 'late', [{ id: 'a', revision: someTimeMs }], nowMs);
      expect(await readDelivery(fresh.store, 'late', 'a')).toMatchObject({ state: 'due', due_at: nowMs });
    });
  });

  describe.skipIf(!engine.given)(`computing calls again on ${engine.title}`, () => {
    let fresh: FreshStore;
    const callIds = ['plain', 'waiting', 'unreadable'];
    beforeAll(async () => {
      fresh = await openFreshStore(engine, ['crm', 'late', 'off']);
      const { store } = fresh;
      await storePushes(
        store,
        [pushOf(inboundBodies('plain').end)],
        [crm, { ...crm, name: 'off' }],
        someTimeMs,
      );
      await storePushes(store, [pushOf(inboundBodies('waiting').start)], [crm], someTimeMs);
      await storePushes(store, [pushOf(inboundBodies('unreadable').end)], [crm], someTimeMs);
      for (const name of ['crm', 'off']) {
        const lease = await takeLease(store, name, 'me', undefined, 60_000, someTimeMs);
        const rest = {
          dueAtMs: undefined,
          attempts: 1,
          code: undefined,
          reason: undefined,
          remedy: undefined,
        };
        const landed = { revision: someTimeMs, state: 'delivered' as const, remoteId: 'r', trace: undefined };
        await settle(store, name, lease?.fence ?? 0, [{ callId: 'plain', ...landed, ...rest }], someTimeMs);
      }
    });
    afterAll(() => fresh.close());

    /** Reads the service in capitals, and cannot read it for certain call ids. Names another call id and hash. */
    const louder: RereadPush = (body, pathStage) => {
      const text = Buffer.from(body).toString();
      if (text.includes('unreadable')) return undefined;
      const { stage, fields, extra, warnings } = pushOf(text, 0, pathStage);
      const other = { callId: 'another', contentHash: 'another' };
      return { stage, extra, warnings, fields: { ...fields, service_name: 'SALES' }, ...other };
    };

    it('a refold finds the calls page by page, and by time', async () => {
      expect(await readCallIds(fresh.store, {}, '', 2)).toEqual(['plain', 'unreadable']);
      expect(await readCallIds(fresh.store, {}, 'unreadable', 2)).toEqual(['waiting']);
      expect(await readCallIds(fresh.store, { sinceMs: someTimeMs + 1 }, '', 2)).toEqual([]);
    });

    it('a refold finds no difference when the parser is the same', async () => {
      const same: RereadPush = (body, pathStage) => pushOf(Buffer.from(body).toString(), 0, pathStage);
      expect((await previewRefold(fresh.store, callIds, same)).filter(differs)).toEqual([]);
    });

    it('a refold without writing shows the differences', async () => {
      const before = await readCall(fresh.store, 'plain');
      const refolded = await previewRefold(fresh.store, callIds, louder);
      expect(
        refolded
          .filter(differs)
          .map(({ after }) => after.id)
          .sort(),
      ).toEqual(['plain', 'waiting']);
      expect(refolded.find(({ after }) => after.id === 'unreadable')?.unreadable).toBe(1);
      expect(await readCall(fresh.store, 'plain')).toEqual(before);
    });

    it('a refold writes changed calls with a greater revision, and makes deliveries due as a push does', async () => {
      const nowMs = someTimeMs + 1000;
      const written = await applyRefold(fresh.store, callIds, louder, [crm, late], nowMs);
      expect(
        written
          .filter(differs)
          .map(({ after }) => after.id)
          .sort(),
      ).toEqual(['plain', 'waiting']);
      expect(await readCall(fresh.store, 'plain')).toMatchObject({
        revision: nowMs,
        record: { id: 'plain', fields: { service_name: 'SALES' } },
      });
      expect(await readCall(fresh.store, 'unreadable')).toMatchObject({ revision: someTimeMs });
      // Delivered: due now. Waiting for its end: still waits. Without a delivery, or for a disabled destination:
      // nothing.
      expect(await readDelivery(fresh.store, 'crm', 'plain')).toMatchObject({ state: 'due', due_at: nowMs });
      expect(await readDelivery(fresh.store, 'crm', 'waiting')).toMatchObject({ due_at: nowMs + 4 * hour });
      expect(await readDelivery(fresh.store, 'late', 'plain')).toBeUndefined();
      expect(await readDelivery(fresh.store, 'off', 'plain')).toMatchObject({ state: 'delivered' });
    });

    it('a second refold finds nothing to write', async () => {
      const before = await readCall(fresh.store, 'plain');
      const again = await applyRefold(fresh.store, callIds, louder, [crm], someTimeMs + 2000);
      expect(again.filter(differs)).toEqual([]);
      expect(await readCall(fresh.store, 'plain')).toEqual(before);
    });

    it('a refold does not change how repeats are recognised', async () => {
      const [answer] = await storePushes(
        fresh.store,
        [pushOf(inboundBodies('plain').end)],
        [crm],
        someTimeMs,
      );
      expect(answer?.duplicate).toBe(true);
    });

    it('a refolded call stays when a further push of it arrives', async () => {
      await storePushes(fresh.store, [pushOf(inboundBodies('plain').start)], [crm], someTimeMs);
      expect((await readCall(fresh.store, 'plain'))?.record.fields.service_name).toBe('SALES');
    });

    it('a refold loses no push that comes at the same time', async () => {
      const other = await fresh.openAgain();
      const ids = Array.from({ length: 10 }, (_none, index) => `busy-${index}`);
      await storePushes(
        other,
        ids.map((id) => pushOf(inboundBodies(id).start)),
        [crm],
        someTimeMs,
      );
      await Promise.all([
        applyRefold(fresh.store, ids, louder, [crm], someTimeMs),
        ...ids.map((id) => storePushes(other, [pushOf(inboundBodies(id).end)], [crm], someTimeMs)),
      ]);
      for (const id of ids) {
        expect((await readCall(fresh.store, id))?.record).toMatchObject({
          stage: 'call_end',
          fields: { duration_seconds: 65 },
        });
      }
    });
  });
}
