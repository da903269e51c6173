import { setTimeout as sleep } from 'node:timers/promises';
import { existsSync } from 'node:fs';
import { describe, expect, vi } from 'vitest';
import { freePort } from '../../fixtures/free-port.ts';
import { fault } from '../scene/fault.ts';
import { secretKey } from '../scene/many-processes.ts';
import { makeMariadb, noMariadb, type MariadbServer } from '../servers/mariadb-server.ts';
import type { Scene, Started } from '../scene/scene.ts';
import { callPushes, callTraffic, post, sendAll, sendAtRate } from '../traffic/traffic.ts';
import { takenAgain, tallyOf, watchLoad } from '../traffic/watched-load.ts';

const library = '/usr/lib/galera/libgalera_smm.so';
const cannot = noMariadb !== false ? noMariadb : !existsSync(library) && 'not installed: galera-4';

interface GaleraNode extends MariadbServer {
  /** Starts the node: as the first of a new cluster, or as a member. */
  join(isFirst: boolean): Promise<void>;
}

/** Three nodes of one cluster on this machine. */
async function makeNodes(scene: Scene): Promise<readonly GaleraNode[]> {
  const ports = await Promise.all([freePort(), freePort(), freePort()]);
  const address = `gcomm://${ports.map((port) => `127.0.0.1:${port}`).join(',')}`;
  const nodes = await Promise.all(
    ports.map(async (port, index) => {
      const transfer = await freePort();
      const incremental = await freePort();
      const node = await makeMariadb({
        isStarted: false,
        options: [
          ...['--wsrep-on=ON', `--wsrep-provider=${library}`, '--binlog-format=ROW'],
          ...['--innodb-autoinc-lock-mode=2', '--wsrep-sst-method=rsync', '--wsrep-sync-wait=1'],
          ...[`--wsrep-node-name=node${index}`, '--wsrep-cluster-name=jet', `--wsrep-node-address=127.0.0.1`],
          `--wsrep-provider-options=gmcast.listen_addr=tcp://127.0.0.1:${port};ist.recv_addr=127.0.0.1:${incremental};evs.keepalive_period=PT0.5S;evs.suspect_timeout=PT2S;evs.inactive_timeout=PT4S`,
          `--wsrep-sst-receive-address=127.0.0.1:${transfer}`,
        ],
      });
      scene.finally(() => node.remove());
      return {
        ...node,
        join: (isFirst: boolean) => node.start(`--wsrep-cluster-address=${isFirst ? 'gcomm://' : address}`),
      };
    }),
  );
  const [first] = nodes;
  await first?.join(true);
  await first?.admin(
    'CREATE DATABASE calls',
    "CREATE USER jet@'%' IDENTIFIED BY 'jet'",
    "GRANT ALL ON *.* TO jet@'%'",
  );
  // A node that joins copies everything, so one joins after the other.
  for (const node of nodes.slice(1)) await node.join(false);
  return nodes;
}

const settings = { SECRET_KEY: secretKey };

/** How many transactions the nodes rolled back because another node had changed the same rows. */
async function countConflicts(nodes: readonly GaleraNode[]): Promise<number> {
  const counts = await Promise.all(
    nodes.map(({ admin }) =>
      admin<{ conflicts: number }>(
        "SELECT SUM(VARIABLE_VALUE) AS conflicts FROM information_schema.GLOBAL_STATUS WHERE VARIABLE_NAME IN ('wsrep_local_cert_failures', 'wsrep_local_bf_aborts')",
      ),
    ),
  );
  return counts.reduce((sum, [row]) => sum + Number(row?.conflicts), 0);
}

describe('34 MariaDB Galera, three nodes, one receiver each', () => {
  fault(
    '34 four simultaneous first starts of three receivers: all are ready',
    async (scene) => {
      const nodes = await makeNodes(scene);
      for (let round = 0; round < 4; round += 1) {
        await nodes[0]?.admin(`CREATE DATABASE round${round}`);
        const started = nodes.map(({ url }) => {
          scene.use(url.replace('/calls', `/round${round}`));
          return scene.start(settings, 'kit');
        });
        await Promise.all(started.map((receiver) => receiver.ready()));
        for (const { child } of started) child.kill('SIGTERM');
        await Promise.all(started.map(({ exited }) => exited));
      }
      scene.did('12 of 12 starts were ready');
    },
    { cannot, timeoutMs: 600_000 },
  );

  fault(
    '34 one node is killed and one is stopped under load, and both come back: nothing is lost or doubled',
    async (scene) => {
      const nodes = await makeNodes(scene);
      const receivers: Started[] = [];
      const urls: string[] = [];
      for (const { url } of nodes) {
        scene.use(url);
        receivers.push(scene.start(settings, 'kit'));
        urls.push((await receivers.at(-1)?.ready()) ?? '');
      }
      scene.use(nodes[0]?.url ?? '');
      const token = await scene.token(urls[0] ?? '');
      // The pushes of one call arrive at different nodes at the same moment.
      const together = Array.from({ length: 60 }, (_, number) => callPushes(`together-${number}`, 60)).flat();
      let sent = 0;
      await sendAll(together, 12, scene.answers, (push) =>
        post(urls[(sent += 1) % urls.length] ?? '', token, push),
      );
      const conflicts = await countConflicts(nodes);
      let isOver = false;
      const sending = sendAtRate({
        pushes: callTraffic('galera', scene.random),
        rate: 40,
        answers: scene.answers,
        isOver: () => isOver,
        send: (push) => post(scene.random.pick(urls), token, push),
      });
      await sleep(4_000);
      await nodes[2]?.kill();
      await sleep(6_000);
      await nodes[2]?.join(false);
      await sleep(3_000);
      await nodes[1]?.stop();
      await sleep(4_000);
      await nodes[1]?.join(false);
      await sleep(3_000);
      isOver = true;
      await sending;
      await scene.balance({ withinMs: 120_000 });
      scene.did(
        `${conflicts} conflicts between nodes; answers ${JSON.stringify(Object.fromEntries(scene.answers.counts))}`,
      );
      expect(conflicts).toBeGreaterThan(0);
    },
    { cannot, timeoutMs: 600_000 },
  );

  fault(
    '34 the quorum is lost: pushes are answered 503 until the cluster is started again',
    async (scene) => {
      const nodes = await makeNodes(scene);
      scene.use(nodes[0]?.url ?? '');
      const url = await scene.start(settings, 'kit').ready();
      const load = watchLoad(scene, url, await scene.token(url), 20);
      await takenAgain(load, performance.now());
      await Promise.all([nodes[1]?.kill(), nodes[2]?.kill()]);
      const lostMs = performance.now();
      await vi.waitFor(
        () => expect(load.answers.some(({ status, sentMs }) => status === 503 && sentMs > lostMs)).toBe(true),
        60_000,
      );
      await nodes[0]?.admin("SET GLOBAL wsrep_provider_options = 'pc.bootstrap=YES'");
      const backMs = await takenAgain(load, performance.now());
      await load.stop();
      await scene.balance();
      scene.did(`answers ${tallyOf(load)}; next 200 ${backMs} ms after the cluster was started again`);
      expect(new Set(load.answers.map(({ status }) => status))).toEqual(new Set([200, 503]));
    },
    { cannot, timeoutMs: 600_000 },
  );
});
