import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLiveCalls, readNewestRevision } from '../../../src/store/lookup/live-calls.ts';
import { storePushes } from '../../../src/store/pushes.ts';
import { engines } from '../../fixtures/engines.ts';
import { openFreshStore, type FreshStore } from '../../fixtures/fresh-store.ts';
import { inboundBodies, pushOf, someTimeMs } from '../../fixtures/pushes.ts';

for (const engine of engines) {
  describe.skipIf(!engine.given)(`following calls on ${engine.title}`, () => {
    let fresh: FreshStore;
    beforeEach(async () => {
      fresh = await openFreshStore(engine, ['crm']);
    });
    afterEach(() => fresh.close());

    const take = (id: string, nowMs: number): Promise<unknown> =>
      storePushes(
        fresh.store,
        [pushOf(inboundBodies(id).start, nowMs)],
        [{ name: 'crm', stages: ['call_start'], settleAfterMs: 0 }],
        nowMs,
      );

    it('each change of a call is returned once', async () => {
      await take('before', someTimeMs);
      const live = createLiveCalls(fresh.store, await readNewestRevision(fresh.store));
      expect(await live.look(someTimeMs + 1)).toEqual([]);
      await take('now', someTimeMs + 2);
      expect((await live.look(someTimeMs + 3)).map(({ call }) => call.id)).toEqual(['now']);
      expect(await live.look(someTimeMs + 4)).toEqual([]);
    });

    it('a call that another process commits late, with a lower revision, is returned', async () => {
      await take('before', someTimeMs);
      const live = createLiveCalls(fresh.store, someTimeMs);
      await take('quick', someTimeMs + 50);
      await live.look(someTimeMs + 60);
      await take('late', someTimeMs + 20);
      expect((await live.look(someTimeMs + 70)).map(({ call }) => call.id)).toEqual(['late']);
    });

    it('new calls are returned while the store holds a revision of the future', async () => {
      await take('ahead', someTimeMs + 3_600_000);
      const live = createLiveCalls(fresh.store, someTimeMs);
      await live.look(someTimeMs + 1);
      await take('now', someTimeMs + 30_000);
      expect((await live.look(someTimeMs + 30_001)).map(({ call }) => call.id)).toEqual(['now']);
    });

    it('a call is returned again when its delivery changes', async () => {
      const live = createLiveCalls(fresh.store, 0);
      await take('one', someTimeMs);
      await live.look(someTimeMs + 1);
      await fresh.store.writer.knex('deliveries').update({ state: 'delivered' });
      const [again] = await live.look(someTimeMs + 2);
      expect(again?.deliveries[0]?.state).toBe('delivered');
      expect(await live.look(someTimeMs + 3)).toEqual([]);
    });
  });
}
