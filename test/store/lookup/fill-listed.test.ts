import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase } from '../../../src/database/open-database.ts';
import { migrate } from '../../../src/database/migrate.ts';
import { storeMigrations } from '../../../src/store/migrations/index.ts';
import { listCalls } from '../../../src/store/lookup/list-calls.ts';
import { storePushes } from '../../../src/store/pushes.ts';
import { openStore, storeMigrationsTable, type Store } from '../../../src/store/store.ts';
import { fillListed, isFillingListed } from '../../../src/store/upkeep/fill-listed.ts';
import { foldCall } from '../../../src/domain/fold.ts';
import { engines, type FreshDatabase } from '../../fixtures/engines.ts';
import { inboundBodies, pushOf, someTimeMs } from '../../fixtures/pushes.ts';

const before = storeMigrations.slice(
  0,
  storeMigrations.findIndex(({ name }) => name === '0011-listed-calls'),
);

for (const engine of engines) {
  describe.skipIf(!engine.given)(`a store of an earlier version on ${engine.title}`, () => {
    let database: FreshDatabase;
    let store: Store;
    beforeEach(async () => {
      database = await engine.fresh();
      const old = openDatabase(database.url);
      await migrate(old, storeMigrationsTable, before);
      const rows = Array.from({ length: 25 }, (_none, index) => {
        const call = foldCall([pushOf(inboundBodies(`old-${index}`).end, someTimeMs + index)]);
        return {
          ...{ id: call.id, stage: call.stage, record: JSON.stringify(call) },
          // Some calls share a revision, as after a refold.
          revision: someTimeMs + Math.floor(index / 3),
          ...{ first_received_at: someTimeMs, last_received_at: someTimeMs },
        };
      });
      await old.knex('calls').insert(rows);
      await old.close();
      store = await openStore(database.url, storeMigrations);
    });
    afterEach(async () => {
      await store.close();
      await database.drop();
    });

    const answered = async (): Promise<number> => {
      const listing = { filter: { status: 'answered' }, statusMap: new Map(), limit: 100 } as const;
      return (await listCalls(store, listing)).calls.length;
    };

    it('a store of an earlier version lists its calls at once', async () => {
      const { calls } = await listCalls(store, { filter: {}, statusMap: new Map(), limit: 100 });
      expect(calls).toHaveLength(25);
    });

    it('a store of an earlier version is filled in steps, the newest calls first, and continues after an interruption', async () => {
      expect(await fillListed(store, 4)).toBe(4);
      expect(await answered()).toBe(4);
      await store.close();
      store = await openStore(database.url, storeMigrations);
      while ((await fillListed(store, 4)) !== undefined);
      expect(await answered()).toBe(25);
      expect(await isFillingListed(store)).toBe(false);
    });

    it('the filling of a store keeps the values that a push writes meanwhile', async () => {
      await fillListed(store, 1);
      const push = pushOf({ ...inboundBodies('old-0').end, servicename: 'Renamed' }, someTimeMs + 9_000);
      await storePushes(store, [push], [], someTimeMs + 9_000);
      while ((await fillListed(store, 10)) !== undefined);
      const renamed = { filter: { services: ['Renamed'] }, statusMap: new Map(), limit: 100 };
      expect((await listCalls(store, renamed)).calls.map(({ call }) => call.id)).toEqual(['old-0']);
    });
  });
}
