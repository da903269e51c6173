import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  addRefused,
  countRefused,
  deleteOldRefused,
  readRefused,
  type RefusedRequests,
} from '../../../src/store/lookup/refused-requests.ts';
import { engines } from '../../fixtures/engines.ts';
import { countRows, openFreshStore, type FreshStore } from '../../fixtures/fresh-store.ts';

const minuteMs = 60_000;
const startMs = Date.UTC(2026, 10, 27, 4, 0);

function refused(rest: Partial<RefusedRequests> = {}): RefusedRequests {
  return {
    ...{ address: '203.0.113.7', path: '/webhooks/jet', code: 'not_authenticated', status: 401 },
    ...{ method: 'POST', credential: 'none', size: 120, times: 1, firstAtMs: startMs, lastAtMs: startMs },
    ...{ requestId: 'first', quarantineId: undefined },
    ...rest,
  };
}

for (const engine of engines) {
  describe.skipIf(!engine.given)(`refused requests on ${engine.title}`, () => {
    let fresh: FreshStore;
    beforeEach(async () => {
      fresh = await openFreshStore(engine);
    });
    afterEach(() => fresh.close());

    const add = (...rows: RefusedRequests[]) => addRefused(fresh.store, rows);
    const read = (filter = {}) => readRefused(fresh.store.reader, filter);

    it('a refused request is kept with every fact', async () => {
      const one = refused({ quarantineId: 'kept' });
      await add(one);
      expect(await read()).toEqual([one]);
    });

    it('equal requests of one minute are counted in one row, with the facts of the latest', async () => {
      await add(refused({ times: 3, quarantineId: 'kept' }));
      const lastAtMs = startMs + 59_999;
      await add(
        refused({ times: 2, firstAtMs: lastAtMs, lastAtMs, requestId: 'last', credential: 'bearer' }),
      );
      expect(await countRows(fresh.store, 'refused_requests')).toBe(1);
      expect(await read()).toEqual([
        refused({ times: 5, lastAtMs, requestId: 'last', credential: 'bearer', quarantineId: 'kept' }),
      ]);
    });

    it('each minute begins a new row, and the rows of equal requests are shown as one entry', async () => {
      const lastAtMs = startMs + minuteMs;
      await add(refused(), refused({ times: 4, firstAtMs: lastAtMs, lastAtMs, requestId: 'last' }));
      expect(await countRows(fresh.store, 'refused_requests')).toBe(2);
      expect(await read()).toEqual([refused({ times: 5, lastAtMs, requestId: 'last' })]);
    });

    it('codes, paths and addresses of refused requests are compared exactly', async () => {
      await add(refused(), refused({ path: '/Webhooks/jet' }), refused({ path: '/webhooks/jét' }));
      expect(await read()).toHaveLength(3);
    });

    it('refused requests are selected by code, path, address and time', async () => {
      const laterMs = startMs + 10 * minuteMs;
      await add(
        refused(),
        refused({ code: 'not_a_call', firstAtMs: laterMs, lastAtMs: laterMs }),
        refused({ path: '/x', address: '::1' }),
      );
      const codes = async (filter: object) => (await read(filter)).map(({ code, path }) => `${code} ${path}`);
      expect(await codes({ code: 'not_a_call' })).toEqual(['not_a_call /webhooks/jet']);
      expect(await codes({ path: '/x' })).toEqual(['not_authenticated /x']);
      expect(await codes({ address: '::1' })).toEqual(['not_authenticated /x']);
      expect(await codes({ sinceMs: laterMs + 30_000 })).toEqual(['not_a_call /webhooks/jet']);
      expect(await codes({ untilMs: laterMs })).toHaveLength(2);
    });

    it('refused requests are counted by code since a time, the most frequent first', async () => {
      const oldMs = startMs - minuteMs;
      await add(
        refused({ times: 2 }),
        refused({ code: 'not_a_call', times: 7 }),
        refused({ code: 'not_found', firstAtMs: oldMs, lastAtMs: oldMs }),
      );
      expect(await countRefused(fresh.store.reader, { sinceMs: startMs })).toEqual([
        { code: 'not_a_call', times: 7 },
        { code: 'not_authenticated', times: 2 },
      ]);
    });

    it('only the newest rows of refused requests are kept, at most as many as the limit', async () => {
      const rows = Array.from({ length: 30 }, (_none, index) => {
        const atMs = startMs + index * minuteMs;
        return refused({ path: `/p${index}`, firstAtMs: atMs, lastAtMs: atMs });
      });
      await addRefused(fresh.store, rows, 10);
      expect((await read()).map(({ path }) => path)).toEqual(
        Array.from({ length: 10 }, (_none, index) => `/p${29 - index}`),
      );
    });

    it('old minutes of refused requests are removed in steps', async () => {
      const rows = Array.from({ length: 5 }, (_none, index) => refused({ path: `/p${index}` }));
      await add(...rows, refused({ lastAtMs: startMs + minuteMs }));
      const remove = () => deleteOldRefused(fresh.store, startMs + minuteMs, 3);
      expect([await remove(), await remove(), await remove()]).toEqual([3, 2, 0]);
      expect(await countRows(fresh.store, 'refused_requests')).toBe(1);
    });

    it('two processes add to the same rows at once, and no count is lost', async () => {
      const another = await fresh.openAgain();
      const rows = Array.from({ length: 20 }, (_none, index) => refused({ path: `/p${index}` }));
      await Promise.all(
        Array.from({ length: 10 }, (_none, index) =>
          addRefused(index % 2 === 0 ? fresh.store : another, index % 3 === 0 ? rows : [...rows].reverse()),
        ),
      );
      expect((await read()).map(({ times }) => times)).toEqual(rows.map(() => 10));
    });
  });
}
