import { afterEach, describe, expect, it } from 'vitest';
import { DestinationUnavailable } from '../../src/contract/errors.ts';
import type { Worker } from '../../src/delivery/worker.ts';
import { engines } from '../fixtures/engines.ts';
import { openFreshStore, readDelivery, type FreshStore } from '../fixtures/fresh-store.ts';
import { someTimeMs } from '../fixtures/pushes.ts';
import { movedClock, runWorker, storeCalls } from '../fixtures/running-worker.ts';
import { fail, scriptedAdapter } from '../fixtures/scripted-adapter.ts';
import { until } from '../fixtures/until.ts';

const aheadMs = 410 * 86_400_000;

for (const engine of engines) {
  describe.skipIf(!engine.given)(`after a start with a clock 410 days ahead, on ${engine.title}`, () => {
    let fresh: FreshStore;
    let worker: Worker | undefined;
    afterEach(async () => {
      await worker?.stop(50);
      await fresh.close();
    });
    const expectLanded = (callIds: readonly string[]): Promise<void> =>
      until(async () => {
        for (const callId of callIds)
          expect(await readDelivery(fresh.store, 'crm', callId)).toMatchObject({ state: 'delivered' });
      });

    it('a call from a time with a wrong clock lands after the next start', async () => {
      fresh = await openFreshStore(engine, ['crm']);
      await storeCalls(fresh.store, ['ahead'], someTimeMs + aheadMs);
      await storeCalls(fresh.store, ['right']);
      worker = runWorker(fresh.store, scriptedAdapter());
      await expectLanded(['ahead', 'right']);
    });

    it('a pause from a time with a wrong clock delays nothing', async () => {
      fresh = await openFreshStore(engine, ['crm']);
      const clock = movedClock(someTimeMs + aheadMs);
      await storeCalls(fresh.store, ['ahead'], clock());
      const paused = scriptedAdapter(
        Array.from({ length: 2 }, () => fail(new DestinationUnavailable('The CRM is away.'))),
      );
      worker = runWorker(fresh.store, paused, { clock });
      await until(() => expect(paused.batches).toHaveLength(1));
      await worker.stop(50);
      worker = runWorker(fresh.store, scriptedAdapter());
      await expectLanded(['ahead']);
      await storeCalls(fresh.store, ['right']);
      worker.wake();
      await expectLanded(['right']);
    });

    it('a clock that is corrected while the receiver runs delays nothing', async () => {
      fresh = await openFreshStore(engine, ['crm']);
      const clock = movedClock(someTimeMs + aheadMs);
      await storeCalls(fresh.store, ['ahead'], clock());
      const adapter = scriptedAdapter([fail(new DestinationUnavailable('The CRM is away.'))]);
      worker = runWorker(fresh.store, adapter, { clock });
      await until(() => expect(adapter.batches).toHaveLength(1));
      clock.moveBy(-aheadMs);
      await expectLanded(['ahead']);
    });

    it('a call that waits for its end does not land early after a wrong clock', async () => {
      fresh = await openFreshStore(engine, ['crm']);
      const clock = movedClock();
      await storeCalls(fresh.store, ['ahead'], someTimeMs + aheadMs);
      const adapter = scriptedAdapter();
      worker = runWorker(fresh.store, adapter, { clock, capabilities: { stages: ['call_end'] } });
      await until(async () =>
        expect(await readDelivery(fresh.store, 'crm', 'ahead')).toMatchObject({ due_at: someTimeMs + 1000 }),
      );
      expect(adapter.batches).toEqual([]);
      clock.moveBy(1000);
      await expectLanded(['ahead']);
    });
  });
}
