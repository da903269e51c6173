import { describe, expect, it } from 'vitest';
import { storeMigrations } from '../../src/store/migrations/index.ts';
import type { Database } from '../../src/database/database.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { dialects } from '../../src/database/dialect.ts';
import { findDurabilityFault } from '../../src/database/durability.ts';
import { inTransaction } from '../../src/database/transaction.ts';
import { storePushes } from '../../src/store/pushes.ts';
import { openExistingStore, openStore, type Store } from '../../src/store/store.ts';
import { ask } from '../fixtures/ask.ts';
import { engines } from '../fixtures/engines.ts';
import { openFreshStore } from '../fixtures/fresh-store.ts';
import { inboundBodies, pushOf, someTimeMs } from '../fixtures/pushes.ts';
import { until } from '../fixtures/until.ts';

for (const engine of engines) {
  describe.skipIf(!engine.given || engine.dialect === 'sqlite')(`a connection to ${engine.title}`, () => {
    it('a connection to a server works in UTC and reads committed data', async () => {
      const fresh = await openFreshStore(engine);
      const postgres = engine.dialect === 'postgres';
      const [zone] = await askWithin<{ zone: string }>(
        fresh.store.writer,
        postgres ? "SELECT current_setting('TimeZone') AS zone" : 'SELECT @@session.time_zone AS zone',
      );
      expect(zone?.zone).toBe(postgres ? 'UTC' : '+00:00');
      expect(await isolationOf(fresh.store)).toBe('read committed');
      await fresh.close();
    });

    it.skipIf(engine.dialect !== 'postgres')(
      'a connection to a server does not change the settings of the session',
      async () => {
        const fresh = await openFreshStore(engine);
        const settings =
          "SELECT name, setting FROM pg_settings WHERE source = 'session' AND name <> 'application_name' ORDER BY name";
        await askWithin(fresh.store.writer, 'SELECT 1');
        const byDriver = ['client_encoding'];
        const found = await ask<{ name: string }>(fresh.store.writer, settings);
        expect(found.map(({ name }) => name).filter((name) => !byDriver.includes(name))).toEqual([]);
        await fresh.close();
      },
    );

    it('a connection that is idle in a transaction loses its locks: a push of the same call is stored', async () => {
      const fresh = await openFreshStore(engine);
      const { start, end } = inboundBodies('held');
      await storePushes(fresh.store, [pushOf(start)], [], someTimeMs);
      const stopped = openDatabase(fresh.url);
      const standing = await stopped.knex.transaction();
      await standing('calls').where({ id: 'held' }).forUpdate().first('id');
      // A try may itself end with the time that a statement has.
      const [answer] = await until(() => storePushes(fresh.store, [pushOf(end)], [], someTimeMs));
      expect(answer?.duplicate).toBe(false);
      await expect(standing('calls').first('id')).rejects.toThrow();
      await standing.rollback().catch(() => undefined);
      await stopped.close();
      await fresh.close();
    });

    it.skipIf(engine.dialect !== 'postgres')(
      'a connection for a command limits no statement, but ends a hanging transaction',
      async () => {
        const fresh = await openFreshStore(engine);
        const patient = await openExistingStore(fresh.url, storeMigrations);
        const limits = async ({ writer }: Store): Promise<unknown> =>
          (
            await askWithin(
              writer,
              "SELECT current_setting('statement_timeout') AS statement, current_setting('idle_in_transaction_session_timeout') AS idle",
            )
          )[0];
        expect(await limits(fresh.store)).toEqual({ statement: '15s', idle: '15s' });
        expect(await limits(patient)).toEqual({ statement: '0', idle: '15s' });
        await patient.close();
        await fresh.close();
      },
    );

    it("a connection to a server keeps committed data, according to the server's settings", async () => {
      const fresh = await openFreshStore(engine);
      expect(await findDurabilityFault(fresh.store.writer)).toBeUndefined();
      await fresh.close();
    });
  });
}

const [, postgres] = engines;

describe.skipIf(postgres?.given !== true)('a connection to a PostgreSQL with weaker settings', () => {
  it.each([
    { given: 'off', found: 'on' },
    { given: 'local', found: 'local' },
    { given: 'remote_apply', found: 'remote_apply' },
  ])(
    'a connection has synchronous_commit = $found when the PostgreSQL server has $given',
    async ({ given, found }) => {
      const store = await openedUnder('synchronous_commit', given);
      const [row] = await askWithin<{ value: string }>(
        store.writer,
        "SELECT current_setting('synchronous_commit') AS value",
      );
      expect(row?.value).toBe(found);
      await store.close();
    },
  );

  it("a connection reads committed data even if the server's default is one fixed state", async () => {
    const store = await openedUnder('default_transaction_isolation', 'serializable');
    expect(await isolationOf(store)).toBe('read committed');
    await store.close();
  });

  async function openedUnder(setting: string, value: string): Promise<Store> {
    const database = await postgres?.fresh();
    if (database === undefined) throw new Error('There is no PostgreSQL');
    const administrator = openDatabase(database.url);
    await administrator.knex.raw(`ALTER DATABASE ${database.name} SET ${setting} = '${value}'`);
    await administrator.close();
    const store = await openStore(database.url, storeMigrations);
    return {
      ...store,
      close: async () => {
        await store.close();
        await database.drop();
      },
    };
  }
});

describe('a server that can lose committed data', () => {
  it.each([
    ['mysql', '0', false],
    ['mysql', '2', false],
    ['mysql', '1', true],
    ['postgres', 'off', false],
    ['postgres', 'on', true],
  ] as const)(
    'a server that can lose committed data is recognised by its setting (%s: %s)',
    (dialect, value, keeps) => {
      expect(dialects[dialect].durability?.keepsCommits(value)).toBe(keeps);
    },
  );
});

/** Asks within a transaction, where PostgreSQL has the kit's settings. */
function askWithin<Row>(database: Database, sql: string): Promise<Row[]> {
  return inTransaction(database, (knex) => ask<Row>({ ...database, knex }, sql));
}

async function isolationOf({ writer }: Store): Promise<string | undefined> {
  const statement = {
    sqlite: '',
    postgres: 'SELECT current_setting(\'transaction_isolation\') AS "Value"',
    // MySQL 8 uses one name, and MariaDB before 11.1 the other.
    mysql: "SHOW SESSION VARIABLES WHERE Variable_name IN ('transaction_isolation', 'tx_isolation')",
  }[writer.dialect];
  const [row] = await askWithin<{ Value: string }>(writer, statement);
  return row?.Value.toLowerCase().replace('-', ' ');
}
