import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, vi } from 'vitest';
import { openDatabase } from '../../../src/database/open-database.ts';
import { fault } from '../scene/fault.ts';
import { throughHalfOpen } from '../servers/half-open.ts';
import { makeCluster, noCluster } from '../servers/postgres-cluster.ts';
import { onServer, servers } from '../servers/servers.ts';
import { tallyOf, takenAgain, watchLoad } from '../traffic/watched-load.ts';

describe('8 a PostgreSQL that restarts', () => {
  fault(
    '8 PostgreSQL crashes and restarts three times under load',
    async (scene) => {
      const cluster = await makeCluster();
      scene.finally(() => cluster.remove());
      scene.use(cluster.url);
      const receiver = scene.start({}, 'kit');
      const url = await receiver.ready();
      const watched = watchLoad(scene, url, await scene.token(url), 50);
      const backMs: number[] = [];
      for (let crash = 0; crash < 3; crash += 1) {
        await sleep(1_500);
        cluster.stop();
        await sleep(2_000);
        const readiness = await fetch(`${url}/readyz`);
        expect([readiness.status, await readiness.json()]).toEqual([
          503,
          { status: 'store_unavailable', paused: [] },
        ]);
        const figures = await (await fetch(`${url}/metrics`)).text();
        expect(figures).toContain('jet_store_available 0');
        cluster.start();
        backMs.push(await takenAgain(watched, performance.now()));
      }
      await watched.stop();
      await scene.balance();
      const away = watched.answers.filter(({ status }) => status !== 200);
      expect(new Set(away.map(({ status }) => status))).toEqual(new Set([503]));
      expect(Math.max(...backMs)).toBeLessThan(10_000);
      // Waits until the receiver has checked: it checks a failed store every half second.
      await vi.waitFor(async () => expect((await fetch(`${url}/readyz`)).status).toBe(200), {
        timeout: 5_000,
      });
      const longestMs = Math.round(Math.max(...away.map(({ tookMs }) => tookMs)));
      scene.did(
        `answers ${tallyOf(watched)}; a 503 took ${longestMs} ms at most; accepted again after ${backMs.join(', ')} ms`,
      );
    },
    { cannot: noCluster },
  );
});

for (const engine of servers) {
  describe(`8 and 9 on ${engine.title}`, () => {
    fault(
      `8 connections killed in a loop, on ${engine.title}`,
      async (scene) => {
        const url = await scene.start({}, 'kit').ready();
        const watched = watchLoad(scene, url, await scene.token(url), 50);
        const admin = openDatabase(scene.databaseUrl);
        const name = new URL(scene.databaseUrl).pathname.slice(1);
        const endMs = performance.now() + 10_000;
        let killed = 0;
        while (performance.now() < endMs) {
          if (engine.dialect === 'postgres') {
            const others = 'datname = ? AND pid <> pg_backend_pid()';
            const { rows } = await admin.knex.raw<{ rows: unknown[] }>(
              `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${others}`,
              [name],
            );
            killed += rows.length;
          } else {
            const [rows = []] = await admin.knex.raw<[{ id: number }[]?]>(
              'SELECT id FROM information_schema.processlist WHERE db = ? AND id <> CONNECTION_ID()',
              [name],
            );
            for (const { id } of rows)
              await admin.knex.raw(`KILL ${id}`).then(
                () => (killed += 1),
                () => undefined,
              );
          }
          await sleep(100);
        }
        await admin.close();
        const backMs = await takenAgain(watched, performance.now());
        await watched.stop();
        await scene.balance();
        expect(new Set(watched.answers.map(({ status }) => status))).toEqual(new Set([200, 503]));
        expect(backMs).toBeLessThan(10_000);
        scene.did(
          `${killed} connections killed in 10 s; answers ${tallyOf(watched)}; accepted again after ${backMs} ms`,
        );
      },
      onServer(engine),
    );

    fault(
      `9 the line to the store falls silent, on ${engine.title}`,
      async (scene) => {
        const { door, url: through } = await throughHalfOpen(scene.databaseUrl);
        scene.finally(() => door.close());
        const url = await scene.start({ DATABASE_URL: through }, 'kit').ready();
        const watched = watchLoad(scene, url, await scene.token(url), 30);
        await sleep(2_000);
        const silentMs = performance.now();
        door.fallSilent();
        await sleep(30_000);
        const noticed = watched.answers.find(({ status }) => status === 503);
        const noticedMs = noticed === undefined ? Infinity : noticed.sentMs + noticed.tookMs - silentMs;
        expect(noticedMs).toBeLessThan(15_000);
        // Pushes that come once the outage is known are answered at once, without waiting for each other.
        const later = watched.answers.filter(({ sentMs }) => sentMs > silentMs + noticedMs + 500);
        expect(new Set(later.map(({ status }) => status))).toEqual(new Set([503]));
        const laterMs = later.map(({ tookMs }) => tookMs).sort((a, b) => a - b);
        const connections = door.open();
        expect(connections).toBeLessThanOrEqual(10);
        const askedMs = performance.now();
        expect((await fetch(`${url}/readyz`)).status).toBe(503);
        const readyzMs = Math.round(performance.now() - askedMs);
        const healedMs = performance.now();
        door.heal();
        const backMs = await takenAgain(watched, healedMs);
        await watched.stop();
        await scene.balance();
        expect(backMs).toBeLessThan(30_000);
        scene.did(
          `silent for 30 s: the first 503 after ${Math.round(noticedMs)} ms; ${later.length} later ones took ${Math.round(laterMs[Math.floor(laterMs.length / 2)] ?? 0)} ms (median), ${Math.round(laterMs.at(-1) ?? 0)} ms at most; ${connections} connections; /readyz showed it in ${readyzMs} ms; accepted again ${backMs} ms after the line worked again; answers ${tallyOf(watched)}`,
        );
      },
      onServer(engine),
    );

    fault(
      `9 the line to the reporting table falls silent, on ${engine.title}`,
      async (scene) => {
        const { door, url: through } = await throughHalfOpen(scene.databaseUrl);
        scene.finally(() => door.close());
        const url = await scene.start({ REPORTING_DATABASE_URL: through }, 'kit').ready();
        const watched = watchLoad(scene, url, await scene.token(url), 20);
        await sleep(3_000);
        const silentMs = performance.now();
        door.fallSilent();
        const paused = async (): Promise<boolean> =>
          ((await (await fetch(`${url}/readyz`)).json()) as { paused: unknown[] }).paused.length > 0;
        while (!(await paused())) await sleep(100);
        const noticedMs = Math.round(performance.now() - silentMs);
        expect(noticedMs).toBeLessThan(30_000);
        door.heal();
        await watched.stop();
        expect(new Set(watched.answers.map(({ status }) => status))).toEqual(new Set([200]));
        await scene.balance();
        scene.did(
          `paused ${noticedMs} ms after it fell silent; in between ${watched.answers.length} pushes were accepted`,
        );
      },
      onServer(engine),
    );
  });
}
