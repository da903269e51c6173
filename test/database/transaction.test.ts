import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inTransaction } from '../../src/database/transaction.ts';
import { ask } from '../fixtures/ask.ts';
import { engines } from '../fixtures/engines.ts';
import { openFreshStore, type FreshStore } from '../fixtures/fresh-store.ts';

for (const engine of engines) {
  describe.skipIf(!engine.given)(`a transaction on ${engine.title}`, () => {
    let fresh: FreshStore;
    beforeAll(async () => {
      fresh = await openFreshStore(engine, ['a', 'b']);
    });
    afterAll(() => fresh.close());

    it('a transaction throws the error of its work, and undoes its writes', async () => {
      const { writer } = fresh.store;
      const reason = new Error('on purpose');
      const work = inTransaction(writer, async (transaction) => {
        await transaction('settings').insert({ name: 'undone', value: 'x' });
        throw reason;
      });
      await expect(work).rejects.toBe(reason);
      expect(await writer.knex('settings').where({ name: 'undone' })).toEqual([]);
    });

    it('a transaction does not report refused values as an unreachable database', async () => {
      const { writer } = fresh.store;
      const error: unknown = await inTransaction(writer, async (transaction) => {
        await transaction('settings').insert({ name: 'refused', value: null });
      }).catch((reason: unknown) => reason);
      expect(writer.isDataError(error)).toBe(true);
      expect(writer.isAway(error)).toBe(false);
    });

    it.skipIf(engine.dialect === 'sqlite')('a transaction runs the work again after a deadlock', async () => {
      const { writer } = fresh.store;
      const waiting: (() => void)[] = [];
      let runs = 0;
      // In the first run, each transaction locks one row and waits for the other before it locks the second.
      const meet = (): Promise<void> =>
        new Promise((resolve) => {
          waiting.push(resolve);
          if (waiting.length === 2) waiting.forEach((go) => go());
        });
      const lock = (first: string, second: string): Promise<string> => {
        let isFirstRun = true;
        return inTransaction(writer, async (transaction) => {
          runs += 1;
          await transaction('destinations').where({ name: first }).update({ fence: runs });
          if (isFirstRun) await meet();
          isFirstRun = false;
          await transaction('destinations').where({ name: second }).update({ fence: runs });
          return first;
        });
      };
      expect(await Promise.all([lock('a', 'b'), lock('b', 'a')])).toEqual(['a', 'b']);
      expect(runs).toBeGreaterThan(2);
    });

    it.skipIf(engine.dialect === 'sqlite')(
      'a transaction reports the database as unreachable when its connection is ended from outside',
      async () => {
        const { writer } = fresh.store;
        const postgres = engine.dialect === 'postgres';
        const error: unknown = await inTransaction(writer, async (transaction) => {
          const [row] = await ask<{ id: number }>(
            { knex: transaction, dialect: writer.dialect },
            `SELECT ${postgres ? 'pg_backend_pid()' : 'connection_id()'} AS id`,
          );
          await writer.knex.raw(postgres ? 'SELECT pg_terminate_backend(?)' : 'KILL ?', [row?.id ?? 0]);
          await transaction('settings').where({ name: 'x' }).update({ value: 'y' });
        }).catch((reason: unknown) => reason);
        expect(error).toBeInstanceOf(Error);
        expect(writer.isAway(error)).toBe(true);
        expect(await writer.knex('settings').where({ name: 'x' })).toEqual([]);
      },
    );

    it.skipIf(engine.dialect !== 'sqlite')(
      'a transaction reports the database as unreachable when the disk is full',
      async () => {
        const { writer } = fresh.store;
        const [pages] = await ask<{ page_count: number }>(writer, 'PRAGMA page_count');
        await writer.knex.raw(`PRAGMA max_page_count = ${(pages?.page_count ?? 0) + 2}`);
        try {
          const error: unknown = await inTransaction(writer, async (transaction) => {
            await transaction('settings').insert({ name: 'big', value: 'x'.repeat(100_000) });
          }).catch((reason: unknown) => reason);
          expect(error).toMatchObject({ code: 'SQLITE_FULL' });
          expect(writer.isAway(error)).toBe(true);
        } finally {
          await writer.knex.raw('PRAGMA max_page_count = 1000000');
        }
        await inTransaction(writer, (transaction) =>
          transaction('settings').insert({ name: 'small', value: 'x' }),
        );
      },
    );
  });
}
