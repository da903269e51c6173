import { describe, expect, it } from 'vitest';
import { storeMigrations } from '../../src/store/migrations/index.ts';
import { awaitStore, StoreUnreachable } from '../../src/store/await-store.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { StoreUnusable } from '../../src/database/store-unusable.ts';
import { openStore, storeMigrationsTable } from '../../src/store/store.ts';
import { startTcpProxy } from '../adapter-kit/tcp-proxy.ts';
import { engines } from '../fixtures/engines.ts';
import { openFreshStore } from '../fixtures/fresh-store.ts';

async function reasonOf(opening: Promise<{ close(): Promise<void> }>): Promise<Error> {
  const opened = await opening.catch((error: unknown) => error as Error);
  if (opened instanceof Error) return opened;
  await opened.close();
  throw new Error('The store was opened');
}

for (const engine of engines) {
  describe.skipIf(!engine.given)(`waiting for a store on ${engine.title}`, () => {
    it('the wait for a store ends at once when the store answers', async () => {
      const fresh = await openFreshStore(engine);
      const waits: unknown[] = [];
      const store = await awaitStore(fresh.url, storeMigrations, 10_000, (error) => waits.push(error));
      expect(waits).toEqual([]);
      await store.close();
      await fresh.close();
    });

    it.skipIf(engine.dialect === 'sqlite')(
      'the wait for a store lasts until the server answers, and the reason is given once',
      async () => {
        const fresh = await engine.fresh();
        const server = new URL(fresh.url);
        const port = Number(server.port || (engine.dialect === 'postgres' ? 5432 : 3306));
        const proxy = await startTcpProxy({ host: server.hostname, port });
        await proxy.turn({ kind: 'cut' });
        server.host = `127.0.0.1:${proxy.port}`;
        const waits: unknown[] = [];
        const store = await awaitStore(server.href, storeMigrations, 15_000, (error) => {
          waits.push(error);
          setTimeout(() => void proxy.turn({ kind: 'open' }), 1_500);
        });
        expect(waits).toHaveLength(1);
        expect(await store.reader.knex('calls').pluck('id')).toEqual([]);
        await store.close();
        await proxy.close();
        await fresh.drop();
      },
    );

    it.skipIf(engine.dialect === 'sqlite')(
      'the wait for a store ends with a reason when no server answers',
      async () => {
        const url = new URL((await engine.fresh()).url);
        url.host = '127.0.0.1:1';
        const waits: unknown[] = [];
        const error = await reasonOf(
          awaitStore(url.href, storeMigrations, 1_500, (reason) => waits.push(reason)),
        );
        expect(error).toBeInstanceOf(StoreUnreachable);
        expect(error.message).toBe('The store did not answer within 1.5 s (ECONNREFUSED).');
        expect(waits).toHaveLength(1);
      },
    );

    it.skipIf(engine.dialect === 'sqlite')(
      'the wait for a store ends at once when the database does not exist',
      async () => {
        const fresh = await engine.fresh();
        const url = new URL(fresh.url);
        url.pathname += '_not_there';
        const error = await reasonOf(
          awaitStore(url.href, storeMigrations, 60_000, () => expect.unreachable('It waited')),
        );
        expect(error).toBeInstanceOf(StoreUnusable);

        await fresh.drop();
      },
    );

    it.each([
      ['a table', [{ theirs: 'kept' }]],
      ['an empty table', []],
    ])(
      'the wait for a store ends at once when %s of another program is in the database, which stays unchanged',
      async (_, rows) => {
        const fresh = await engine.fresh();
        const other = openDatabase(fresh.url);
        await other.knex.schema.createTable('sessions', (table) => void table.string('theirs'));
        for (const row of rows) await other.knex('sessions').insert(row);
        const error = await reasonOf(
          awaitStore(fresh.url, storeMigrations, 60_000, () => expect.unreachable('It waited')),
        );
        expect(error.message).toMatch(/another program/);
        expect(await other.knex('sessions').select('theirs')).toEqual(rows);
        await other.close();
        await fresh.drop();
      },
    );

    it.skipIf(engine.dialect !== 'mysql')(
      'the wait for a store repeats a step that left incomplete tables',
      async () => {
        const fresh = await engine.fresh();
        await (await openStore(fresh.url, storeMigrations)).close();
        const database = openDatabase(fresh.url);
        await database.knex(storeMigrationsTable).where({ name: '0004-tombstones' }).delete();
        await (await openStore(fresh.url, storeMigrations)).close();
        expect(await database.knex(storeMigrationsTable).pluck('name')).toContain('0004-tombstones');
        await database.close();
        await fresh.drop();
      },
    );
  });
}

describe('waiting for a store in a file', () => {
  it('the wait for a store lasts while another process has locked its file', async () => {
    const [sqlite] = engines;
    const fresh = await sqlite?.fresh();
    if (fresh === undefined) throw new Error('SQLite is always there');
    const other = openDatabase(fresh.url);
    await other.knex.raw('CREATE TABLE jet_store_migrations (name varchar(100) PRIMARY KEY, made_at bigint)');
    await other.knex.raw('BEGIN EXCLUSIVE');
    const waits: unknown[] = [];
    const store = await awaitStore(fresh.url, storeMigrations, 30_000, (error) => {
      waits.push(error);
      void other.knex.raw('ROLLBACK').then(() => other.close());
    });
    expect(waits).toHaveLength(1);
    await store.close();
    await fresh.drop();
  });
});
