import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, vi } from 'vitest';
import { openDatabase } from '../../../src/database/open-database.ts';
import { startTcpProxy } from '../../adapter-kit/tcp-proxy.ts';
import { fault } from '../scene/fault.ts';
import { makeMariadb, noMariadb, type MariadbServer } from '../servers/mariadb-server.ts';
import { noCluster, type PostgresCluster } from '../servers/postgres-cluster.ts';
import { makePair } from '../servers/postgres-pair.ts';
import type { Scene } from '../scene/scene.ts';
import { takenAgain, tallyOf, watchLoad } from '../traffic/watched-load.ts';

// The time between the return of the name and the next 200.
const backWithinMs = 5_000;

async function makeReadOnly({ url }: PostgresCluster): Promise<void> {
  const admin = openDatabase(url);
  await admin.knex.raw('ALTER SYSTEM SET default_transaction_read_only = on');
  await admin.knex.raw('SELECT pg_reload_conf()');
  await admin.close();
}

/** Loads a receiver, fails over without ending a connection, and waits for the next 200. */
async function failOver(
  scene: Scene,
  port: number,
  urlAt: (port: number) => string,
  handOver: () => Promise<number>,
): Promise<void> {
  const address = await startTcpProxy({ host: '127.0.0.1', port });
  scene.finally(() => address.close());
  scene.use(urlAt(address.port));
  const url = await scene.start({}, 'kit').ready();
  const load = watchLoad(scene, url, await scene.token(url), 30);
  await sleep(2_000);
  const next = await handOver();
  // The old server refuses writes now, and no new one is there yet.
  await vi.waitFor(() => expect(load.answers.some(({ status }) => status === 503)).toBe(true), 20_000);
  address.leadTo(next);
  const backMs = await takenAgain(load, performance.now());
  await sleep(1_000);
  await load.stop();
  scene.use(urlAt(next));
  await scene.balance();
  scene.did(`answers ${tallyOf(load)}; next 200 ${backMs} ms after the name led to the new server`);
  expect(new Set(load.answers.map(({ status }) => status))).toEqual(new Set([200, 503]));
  expect(backMs).toBeLessThan(backWithinMs);
}

describe('30 a server that becomes read-only and keeps its connections', () => {
  fault(
    '30 PostgreSQL: the connections are replaced, and pushes are stored at the promoted standby',
    async (scene) => {
      const { primary, standby } = await makePair(scene);
      await failOver(
        scene,
        primary.port,
        (port) => `postgres://postgres@127.0.0.1:${port}/postgres`,
        async () => {
          await makeReadOnly(primary);
          await sleep(1_500);
          standby.promote();
          return standby.port;
        },
      );
    },
    { cannot: noCluster },
  );

  fault(
    '30 MariaDB: the connections are replaced, and pushes are stored at the promoted replica',
    async (scene) => {
      const [first, second] = await makeReplicas(scene);
      await failOver(
        scene,
        first.port,
        (port) => `mysql://jet:jet@127.0.0.1:${port}/calls`,
        async () => {
          await first.admin('SET GLOBAL read_only = 1');
          await sleep(1_500);
          const position = async ({ admin }: MariadbServer): Promise<unknown> =>
            (await admin<{ position: string }>('SELECT @@gtid_current_pos AS position'))[0]?.position;
          await vi.waitFor(async () => expect(await position(second)).toBe(await position(first)), 20_000);
          await second.admin('STOP SLAVE', 'SET GLOBAL read_only = 0');
          return second.port;
        },
      );
    },
    { cannot: noMariadb },
  );
});

describe('31 a start on a server that accepts no writes', () => {
  fault(
    '31 PostgreSQL: the receiver waits for the promotion in words, and then starts',
    async (scene) => {
      const { primary, standby } = await makePair(scene);
      scene.use(primary.url);
      const first = scene.start({}, 'kit');
      await first.ready();
      first.child.kill('SIGTERM');
      await first.exited;
      scene.use(standby.url);
      const second = scene.start({}, 'kit');
      await vi.waitFor(
        () => expect(second.output()).toContain('The database server accepts no writes'),
        20_000,
      );
      primary.kill();
      standby.promote();
      const url = await second.ready();
      const load = watchLoad(scene, url, await scene.token(url), 20);
      await takenAgain(load, performance.now());
      await load.stop();
      await scene.balance();
      scene.did(`it waited, and started after the promotion; answers ${tallyOf(load)}`);
    },
    { cannot: noCluster },
  );

  fault(
    '31 PostgreSQL: after 30 s without a promotion the start ends with the reason and a remedy',
    async (scene) => {
      const { standby } = await makePair(scene);
      scene.use(standby.url);
      const receiver = scene.start({}, 'kit');
      expect(await receiver.exited).toBe(1);
      expect(receiver.output()).toMatch(
        /After 30 s the store cannot be used\. The database server accepts no/,
      );
      scene.did('exit code 1, with the reason in words');
    },
    { cannot: noCluster },
  );
});

/** Two MariaDB servers: the second replicates the first. */
async function makeReplicas(scene: Scene): Promise<readonly [MariadbServer, MariadbServer]> {
  const options = ['--log-bin=log', '--log-slave-updates=1', '--gtid-strict-mode=0'];
  const second = await makeMariadb({ options: [...options, '--server-id=2'], isStarted: false });
  scene.finally(() => second.remove());
  const first = await makeMariadb({ options: [...options, '--server-id=1'] });
  scene.finally(() => first.remove());
  await second.start('--read-only=1');
  await first.admin(
    "CREATE USER replica@'%' IDENTIFIED BY 'r'",
    "GRANT REPLICATION SLAVE ON *.* TO replica@'%'",
  );
  await second.admin(
    `CHANGE MASTER TO MASTER_HOST='127.0.0.1', MASTER_PORT=${first.port}, MASTER_USER='replica', MASTER_PASSWORD='r', MASTER_USE_GTID=slave_pos`,
    'START SLAVE',
  );
  await vi.waitFor(
    async () => expect(await second.admin("SHOW DATABASES LIKE 'calls'")).toHaveLength(1),
    30_000,
  );
  return [first, second];
}
