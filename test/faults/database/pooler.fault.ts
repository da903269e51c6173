import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { describe, expect, vi } from 'vitest';
import type { Database } from '../../../src/database/database.ts';
import { findPooling } from '../../../src/database/describe/find-pooling.ts';
import { openDatabase } from '../../../src/database/open-database.ts';
import { inTransaction } from '../../../src/database/transaction.ts';
import { ask } from '../../fixtures/ask.ts';
import { freePort } from '../../fixtures/free-port.ts';
import { fault } from '../scene/fault.ts';
import { makeOwnFolder, missingPrograms } from '../servers/own-server.ts';
import { makeCluster } from '../servers/postgres-cluster.ts';
import type { Scene } from '../scene/scene.ts';
import { tallyOf, watchLoad } from '../traffic/watched-load.ts';

type PoolMode = 'session' | 'transaction' | 'statement';

/** Settings of the server that the receiver must override, and other programs must keep. */
const serverSettings = {
  synchronous_commit: 'off',
  default_transaction_isolation: 'serializable',
  timezone: 'Australia/Perth',
  statement_timeout: '7min',
  idle_in_transaction_session_timeout: '8min',
} as const;

const rightSettings = {
  synchronous_commit: 'on',
  transaction_isolation: 'read committed',
  timezone: 'UTC',
  statement_timeout: '15s',
  idle_in_transaction_session_timeout: '15s',
} as const;

const transactions = 60;
const cannot = missingPrograms('pgbouncer', 'initdb');

/** A PostgreSQL behind PgBouncer. Returns the address of PgBouncer. */
async function makePooled(scene: Scene, mode: PoolMode): Promise<string> {
  const cluster = await makeCluster({
    settings: Object.entries(serverSettings).map(([name, value]) => `${name}=${value}`),
  });
  scene.finally(() => cluster.remove());
  const folder = makeOwnFolder('postgres');
  scene.finally(() => folder.remove());
  const port = await freePort();
  const file = join(folder.path, 'pgbouncer.ini');
  writeFileSync(
    file,
    [
      '[databases]',
      `postgres = host=127.0.0.1 port=${cluster.port} dbname=postgres user=postgres`,
      '[pgbouncer]',
      ...['listen_addr = 127.0.0.1', `listen_port = ${port}`, 'unix_socket_dir =', 'auth_type = any'],
      ...[
        `pool_mode = ${mode}`,
        `default_pool_size = ${mode === 'session' ? 40 : 6}`,
        'max_client_conn = 200',
        'server_login_retry = 1',
      ],
      ...[`logfile = ${join(folder.path, 'log')}`, `pidfile = ${join(folder.path, 'pid')}`],
    ].join('\n'),
  );
  folder.give(file);
  const pooler = folder.spawn('pgbouncer', file);
  scene.finally(() => folder.signal(pooler, 'KILL'));
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  await vi.waitFor(async () => {
    const client = new Client(url);
    await client.connect();
    await client.end();
  }, 20_000);
  return url;
}

async function settingsWithin(database: Database, names: readonly string[]): Promise<Record<string, string>> {
  const list = names.map((name) => `current_setting('${name}') AS "${name}"`).join(', ');
  return inTransaction(database, async (knex) => {
    const [row] = await ask<Record<string, string>>({ ...database, knex }, `SELECT ${list}`);
    return row ?? {};
  });
}

describe('32 PgBouncer in front of PostgreSQL', () => {
  for (const mode of ['session', 'transaction'] as const) {
    fault(
      `32 pool_mode = ${mode}: every transaction has the kit's settings, and no other program inherits them`,
      async (scene) => {
        const pooled = await makePooled(scene, mode);
        scene.use(pooled);
        const url = await scene.start({}, 'kit').ready();
        const load = watchLoad(scene, url, await scene.token(url), 30);
        const [one, two] = [openDatabase(pooled), openDatabase(pooled)];
        const found = await Promise.all(
          Array.from({ length: transactions }, (_, index) =>
            settingsWithin(index % 2 === 0 ? one : two, Object.keys(rightSettings)),
          ),
        );
        const right = found.filter((settings) => JSON.stringify(settings) === JSON.stringify(rightSettings));
        expect(await findPooling(one)).toEqual([
          { message: expect.stringContaining(`A pooler in ${mode} mode`) as string },
        ]);
        await Promise.all([one.close(), two.close()]);
        const others = await Promise.all(Array.from({ length: 4 }, () => settingsOfAnother(pooled)));
        await sleep(3_000);
        await load.stop();
        await scene.balance();
        scene.did(
          `${right.length} of ${transactions} transactions had the right settings; answers ${tallyOf(load)}`,
        );
        expect(found.filter((settings) => !right.includes(settings))).toEqual([]);
        expect(others).toEqual(others.map(() => serverSettings));
        expect(new Set(load.answers.map(({ status }) => status))).toEqual(new Set([200]));
      },
      { cannot },
    );
  }

  fault(
    '32 pool_mode = statement: the start ends with the reason and a remedy',
    async (scene) => {
      scene.use(await makePooled(scene, 'statement'));
      const receiver = scene.start({}, 'kit');
      expect(await receiver.exited).toBe(1);
      expect(receiver.output()).toContain('is in statement mode, which forbids transactions');
      expect(receiver.output()).toContain('Set pool_mode = transaction');
      const database = openDatabase(scene.databaseUrl);
      expect(await findPooling(database)).toMatchObject([
        { message: expect.stringContaining('A pooler in statement mode') as string },
      ]);
      await database.close();
      scene.did('exit code 1, with the reason in words');
    },
    { cannot },
  );
});

/** The settings that another program gets from the pooler. */
async function settingsOfAnother(url: string): Promise<Record<string, string>> {
  const client = new Client(url);
  await client.connect();
  try {
    const names = Object.keys(serverSettings);
    const list = names.map((name) => `current_setting('${name}') AS "${name}"`).join(', ');
    const { rows } = await client.query<Record<string, string>>(`SELECT ${list}`);
    return rows[0] ?? {};
  } finally {
    await client.end();
  }
}
