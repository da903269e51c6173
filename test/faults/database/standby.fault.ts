import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { describe, expect, vi } from 'vitest';
import { freePort } from '../../fixtures/free-port.ts';
import { fault } from '../scene/fault.ts';
import { makeOwnFolder, missingPrograms } from '../servers/own-server.ts';
import { noCluster, type PostgresCluster } from '../servers/postgres-cluster.ts';
import { makePair, type PostgresPair } from '../servers/postgres-pair.ts';
import type { Scene } from '../scene/scene.ts';
import { takenAgain, tallyOf, watchLoad } from '../traffic/watched-load.ts';

/** Answers 200 while a server accepts writes, as Patroni's REST API does for HAProxy. */
async function openRoleCheck(scene: Scene, { url }: PostgresCluster): Promise<number> {
  const server = createServer((_request, response) => {
    const client = new Client({ connectionString: url, connectionTimeoutMillis: 500 });
    client.on('error', () => undefined);
    const isPrimary = async (): Promise<boolean> => {
      await client.connect();
      const { rows } = await client.query<{ standby: boolean }>('SELECT pg_is_in_recovery() AS standby');
      return rows[0]?.standby === false;
    };
    isPrimary()
      .catch(() => false)
      .then((isWritable) => {
        response.statusCode = isWritable ? 200 : 503;
        response.end();
        return client.end();
      })
      .catch(() => undefined);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  scene.finally(() => void server.close());
  return (server.address() as AddressInfo).port;
}

/** HAProxy in front of two servers. It leads to the one that accepts writes. Returns its port. */
async function startHaproxy(scene: Scene, servers: readonly PostgresCluster[]): Promise<number> {
  const folder = makeOwnFolder('nobody');
  scene.finally(() => folder.remove());
  const port = await freePort();
  const checks = await Promise.all(servers.map((server) => openRoleCheck(scene, server)));
  const file = join(folder.path, 'haproxy.cfg');
  writeFileSync(
    file,
    [
      'defaults',
      ...['  mode tcp', '  timeout connect 2s', '  timeout client 60s', '  timeout server 60s'],
      `listen postgres`,
      ...[`  bind 127.0.0.1:${port}`, '  option httpchk GET /primary', '  http-check expect status 200'],
      '  default-server inter 300ms fall 2 rise 1 on-marked-down shutdown-sessions',
      ...servers.map(
        (server, index) => `  server s${index} 127.0.0.1:${server.port} check port ${checks[index] ?? 0}`,
      ),
      '',
    ].join('\n'),
  );
  folder.give(file);
  const proxy = folder.spawn('haproxy', '-db', '-f', file);
  scene.finally(() => folder.signal(proxy, 'KILL'));
  return port;
}

/** Loads a receiver, kills the primary, promotes the standby, and waits for the next 200. */
async function killAndPromote(scene: Scene, { primary, standby }: PostgresPair, rate: number): Promise<void> {
  const url = await scene.start({}, 'kit').ready();
  const load = watchLoad(scene, url, await scene.token(url), rate);
  await sleep(4_000);
  primary.kill();
  await sleep(1_000);
  standby.promote();
  const backMs = await takenAgain(load, performance.now());
  await sleep(2_000);
  await load.stop();
  await scene.balance();
  scene.did(`answers ${tallyOf(load)}; next 200 ${backMs} ms after the promotion`);
  expect(backMs).toBeLessThan(5_000);
}

describe('35 a synchronous standby behind HAProxy', () => {
  fault(
    '35 the primary is killed under load and the standby is promoted: nothing is lost or doubled',
    async (scene) => {
      const pair = await makePair(scene);
      const port = await startHaproxy(scene, [pair.primary, pair.standby]);
      scene.use(`postgres://postgres@127.0.0.1:${port}/postgres`);
      await killAndPromote(scene, pair, 50);
    },
    { cannot: noCluster !== false ? noCluster : missingPrograms('haproxy') },
  );

  fault(
    '35 two hosts in one address: the writable one is used, before and after the promotion',
    async (scene) => {
      const pair = await makePair(scene);
      const hosts = [pair.standby, pair.primary].map(({ port }) => `127.0.0.1:${port}`).join(',');
      scene.use(`postgres://postgres@${hosts}/postgres?target_session_attrs=read-write`);
      await killAndPromote(scene, pair, 30);
    },
    { cannot: noCluster },
  );

  fault(
    '35 the standby is frozen: pushes are answered 503, and none is answered 200 before the standby has it',
    async (scene) => {
      const { primary, standby } = await makePair(scene);
      scene.use(primary.url);
      const url = await scene.start({}, 'kit').ready();
      const load = watchLoad(scene, url, await scene.token(url), 20);
      await takenAgain(load, performance.now());
      standby.freeze();
      const frozenMs = performance.now();
      await vi.waitFor(
        () =>
          expect(load.answers.some(({ status, sentMs }) => status === 503 && sentMs > frozenMs)).toBe(true),
        60_000,
      );
      const thawedMs = performance.now();
      // A push that was sent just before may have reached the standby.
      const early = load.answers.filter(
        ({ status, sentMs }) => status === 200 && sentMs > frozenMs + 500 && sentMs < thawedMs,
      );
      standby.thaw();
      const backMs = await takenAgain(load, performance.now());
      await load.stop();
      await scene.balance();
      scene.did(`answers ${tallyOf(load)}; next 200 ${backMs} ms after the standby went on`);
      expect(early).toEqual([]);
    },
    { cannot: noCluster },
  );
});
