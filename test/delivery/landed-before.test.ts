import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { delivered, rejected, retry, skipped } from '../../src/contract/outcome.ts';
import type { Worker } from '../../src/delivery/worker.ts';
import { markForReplay } from '../../src/store/upkeep/replay.ts';
import { engines } from '../fixtures/engines.ts';
import { openFreshStore, type FreshStore } from '../fixtures/fresh-store.ts';
import { inboundBodies, pushOf, someTimeMs } from '../fixtures/pushes.ts';
import { movedClock, runWorker, storeCalls, storeDue } from '../fixtures/running-worker.ts';
import { scriptedAdapter, type Act } from '../fixtures/scripted-adapter.ts';
import { until } from '../fixtures/until.ts';

const landWith =
  (trace: string | undefined): Act =>
  (batch) =>
    batch.map(({ id }) => delivered(id, { effect: 'updated', trace }));

for (const engine of engines) {
  describe.skipIf(!engine.given)(`an earlier landing, on ${engine.title}`, () => {
    let fresh: FreshStore;
    let worker: Worker | undefined;
    beforeEach(async () => {
      fresh = await openFreshStore(engine, ['crm']);
    });
    const dueAt = async (callId: string): Promise<unknown> =>
      (await fresh.store.reader.knex('deliveries').where({ call_id: callId }).pluck<unknown[]>('due_at'))[0];
    afterEach(async () => {
      await worker?.stop(100);
      await fresh.close();
    });

    it('an earlier landing comes with the next revision: its revision and its trace', async () => {
      const adapter = scriptedAdapter([landWith('first'), landWith(undefined), landWith(undefined)]);
      await storeCalls(fresh.store, ['a']);
      const running = (worker = runWorker(fresh.store, adapter));
      const settled = async (batches: number): Promise<void> => {
        await until(() => expect(adapter.landed.get('a')).toHaveLength(batches));
      };
      await settled(1);
      await storeDue(fresh.store, [pushOf(inboundBodies('a').answered)]);
      running.wake();
      await settled(2);
      await storeDue(fresh.store, [pushOf(inboundBodies('a').end)]);
      running.wake();
      await settled(3);
      const given = adapter.batches.map(([delivery]) => [delivery?.landedRevision, delivery?.landedTrace]);
      expect(given).toEqual([
        [undefined, undefined],
        [someTimeMs, 'first'],
        // A landing without a trace keeps the last trace.
        [someTimeMs + 1, 'first'],
      ]);
    });

    it('an earlier landing decides the kind of visit: first, revisit, changed, replay', async () => {
      const requestRevisit: Act = (batch) =>
        batch.map(({ id }) => delivered(id, { effect: 'created', revisitAfterMs: 0 }));
      const adapter = scriptedAdapter([requestRevisit]);
      await storeCalls(fresh.store, ['a']);
      const running = (worker = runWorker(fresh.store, adapter));
      const settled = async (batches: number): Promise<void> => {
        await until(() => expect(adapter.batches).toHaveLength(batches));
        await until(async () => expect(await dueAt('a')).toBeNull());
      };
      await settled(2);
      await storeDue(fresh.store, [pushOf(inboundBodies('a').answered)]);
      running.wake();
      await settled(3);
      await markForReplay(fresh.store, 'crm', [{ id: 'a', revision: someTimeMs + 1 }], someTimeMs);
      running.wake();
      await settled(4);
      expect(adapter.batches.map(([delivery]) => delivery?.visit)).toEqual([
        'first',
        'revisit',
        'changed',
        'replay',
      ]);
    });

    it('a revisit that ended in a retry stays a revisit until the call changes', async () => {
      const clock = movedClock();
      const lookAgain: Act = (batch) =>
        batch.map(({ id }) => delivered(id, { effect: 'created', revisitAfterMs: 0 }));
      const busy: Act = (batch) => batch.map(({ id }) => retry(id, 'busy', 'Busy.'));
      const adapter = scriptedAdapter([lookAgain, busy, busy, landWith('x'), landWith('x')]);
      await storeCalls(fresh.store, ['a']);
      worker = runWorker(fresh.store, adapter, { clock });
      for (let batches = 2; batches <= 4; batches += 1) {
        await until(() => expect(adapter.batches).toHaveLength(batches));
        clock.moveBy(60_000);
      }
      await until(async () => expect(await dueAt('a')).toBeNull());
      await storeDue(fresh.store, [pushOf(inboundBodies('a').answered)]);
      worker.wake();
      await until(() => expect(adapter.batches).toHaveLength(5));
      const visits = adapter.batches.map(([delivery]) => delivery?.visit);
      expect(visits).toEqual(['first', 'revisit', 'revisit', 'revisit', 'changed']);
    });

    it('an earlier landing is never replaced by an older revision, which the adapter does not see', async () => {
      const adapter = scriptedAdapter();
      await storeCalls(fresh.store, ['a', 'b']);
      await fresh.store.writer
        .knex('deliveries')
        .where({ call_id: 'a' })
        .update({ delivered_revision: someTimeMs + 7 });
      worker = runWorker(fresh.store, adapter);
      await until(() => expect(adapter.landed.has('b')).toBe(true));
      await until(async () => expect(await dueAt('a')).toBeNull());
      expect(adapter.landed.has('a')).toBe(false);
      expect(await fresh.store.reader.knex('deliveries').where({ call_id: 'a' }).first()).toMatchObject({
        state: 'delivered',
        delivered_revision: someTimeMs + 7,
      });
    });

    it('an earlier landing can be a skip with a revisit, which comes as a further attempt', async () => {
      const adapter = scriptedAdapter([
        (batch) => batch.map(({ id }) => skipped(id, 'Nobody has the number.', 0)),
        landWith('x'),
      ]);
      await storeCalls(fresh.store, ['a']);
      worker = runWorker(fresh.store, adapter);
      await until(() => expect(adapter.landed.get('a')).toHaveLength(1));
      expect(adapter.batches.map(([delivery]) => delivery?.attempt)).toEqual([1, 2]);
      expect(adapter.batches.map(([delivery]) => delivery?.visit)).toEqual(['first', 'revisit']);
    });

    it('an earlier landing can be hidden by a restarted count, so the next attempt counts as the second', async () => {
      const reject: Act = (batch) =>
        batch.map(({ id }) => rejected(id, 'no', 'It is refused.', 'Correct it.'));
      const adapter = scriptedAdapter([reject, landWith('x')]);
      await storeCalls(fresh.store, ['a']);
      const running = (worker = runWorker(fresh.store, adapter));
      await until(() => expect(adapter.batches).toHaveLength(1));
      await until(async () => {
        expect(await fresh.store.reader.knex('deliveries').pluck<string[]>('state')).toEqual(['rejected']);
      });
      await storeDue(fresh.store, [pushOf(inboundBodies('a').answered)]);
      running.wake();
      await until(() => expect(adapter.batches).toHaveLength(2));
      expect(adapter.batches.map(([delivery]) => delivery?.attempt)).toEqual([1, 2]);
    });

    it('an earlier landing can be hidden in a batch that made the adapter throw, so each delivery alone counts as a second attempt', async () => {
      const adapter = scriptedAdapter([
        () => {
          throw new Error('after the write');
        },
        landWith('x'),
        landWith('x'),
      ]);
      await storeCalls(fresh.store, ['a', 'b']);
      worker = runWorker(fresh.store, adapter);
      await until(() => expect(adapter.batches).toHaveLength(3));
      expect(adapter.batches.map((batch) => batch.map(({ attempt }) => attempt))).toEqual([[1, 1], [2], [2]]);
    });
  });
}
