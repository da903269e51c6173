import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startWorker, type Worker } from '../../src/delivery/worker.ts';
import { testCallPrefix } from '../../src/domain/test-call.ts';
import { storePushes } from '../../src/store/pushes.ts';
import { removeTestCall } from '../../src/store/upkeep/remove-test-call.ts';
import { markForReplay } from '../../src/store/upkeep/replay.ts';
import { engines } from '../fixtures/engines.ts';
import { countRows, openFreshStore, readDelivery, type FreshStore } from '../fixtures/fresh-store.ts';
import { inboundBodies, pushOf, someTimeMs } from '../fixtures/pushes.ts';
import { destinationOf, storeCalls } from '../fixtures/running-worker.ts';
import { capabilities, scriptedAdapter } from '../fixtures/scripted-adapter.ts';
import { until } from '../fixtures/until.ts';

const testCall = `${testCallPrefix}1`;

for (const engine of engines) {
  describe.skipIf(!engine.given)(`a test call on ${engine.title}`, () => {
    let fresh: FreshStore;
    let worker: Worker | undefined;
    beforeEach(async () => {
      fresh = await openFreshStore(engine, ['sql', 'crm']);
    });
    afterEach(async () => {
      await worker?.stop(100);
      await fresh.close();
    });

    const storeBoth = async (): Promise<void> => {
      const usual = { stages: capabilities.stages, settleAfterMs: 1_000 };
      const destinations = [
        { name: 'sql', ...usual, takesTestCalls: true },
        { name: 'crm', ...usual },
      ];
      const pushes = [testCall, 'ordinary'].map((id) => pushOf(inboundBodies(id).end));
      await storePushes(fresh.store, pushes, destinations, someTimeMs);
    };

    it('a test call has a delivery for the reporting table only', async () => {
      await storeBoth();
      expect(await readDelivery(fresh.store, 'sql', testCall)).toMatchObject({ state: 'due' });
      expect(await readDelivery(fresh.store, 'crm', testCall)).toBeUndefined();
      expect(await readDelivery(fresh.store, 'crm', 'ordinary')).toMatchObject({ state: 'due' });
    });

    it('a test call never reaches a CRM, even when a replay makes it due there', async () => {
      await storeBoth();
      await markForReplay(fresh.store, 'crm', [{ id: testCall, revision: someTimeMs }], someTimeMs);
      const adapter = scriptedAdapter();
      worker = startWorker([destinationOf(fresh.store, adapter)]);
      await until(async () =>
        expect(await readDelivery(fresh.store, 'crm', testCall)).toMatchObject({ state: 'skipped' }),
      );
      await until(() => expect(adapter.landed.has('ordinary')).toBe(true));
      expect(adapter.batches.flat().map(({ id }) => id)).toEqual(['ordinary']);
    });

    it('a test call is removed completely, and no other call is removed', async () => {
      await storeBoth();
      await storeCalls(fresh.store, ['another']);
      for (const callId of [testCall, 'ordinary'])
        await fresh.store.writer.knex('attempts').insert({
          ...{ call_id: callId, destination: 'sql', slot: 0, nth: 1, tried_at: someTimeMs },
          ...{ revision: someTimeMs, outcome: 'retry', took_ms: 1, process: 'one' },
        });
      await removeTestCall(fresh.store, 'ordinary', ['sql', 'crm']);
      await removeTestCall(fresh.store, testCall, ['sql', 'crm']);
      expect(await countRows(fresh.store, 'calls')).toBe(2);
      expect(await countRows(fresh.store, 'pushes')).toBe(2);
      expect(await fresh.store.reader.knex('attempts').pluck('call_id')).toEqual(['ordinary']);
      expect(await readDelivery(fresh.store, 'sql', testCall)).toBeUndefined();
      expect(await readDelivery(fresh.store, 'sql', 'ordinary')).toBeDefined();
      expect(await countRows(fresh.store, 'tombstones')).toBe(0);
    });
  });
}
