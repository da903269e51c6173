import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { storeMigrations } from '../../../src/store/migrations/index.ts';
import { insertFamily } from '../../../src/store/oauth/oauth-grants.ts';
import { openExistingStore } from '../../../src/store/store.ts';
import { fault } from '../scene/fault.ts';
import { reading } from '../scene/outside.ts';
import { ask, callPushes, post, sendAll } from '../traffic/traffic.ts';

const dayMs = 86_400_000;

/** The library that changes a process's clock, if it is installed. */
const library = readdirSync('/usr/lib')
  .map((folder) => join('/usr/lib', folder, 'faketime/libfaketimeMT.so.1'))
  .find((path) => existsSync(path));

const counted = ['calls', 'pushes', 'quarantine', 'oauth_families', 'tombstones'];

describe('a clock that is ahead at the start', () => {
  fault(
    'a clock 410 days ahead for 25 s removes nothing, and late pushes are accepted',
    async (scene) => {
      const first = scene.start({}, 'kit');
      const url = await first.ready();
      const token = await scene.token(url);
      const calls = Array.from({ length: 30 }, (_none, number) => callPushes(`ahead-${number}`, 60));
      const send = (at: string) => (push: Parameters<typeof post>[2]) => post(at, undefined, push);
      await sendAll(
        calls.flatMap(([start, answered]) => [start, answered]),
        5,
        scene.answers,
        send(url),
      );
      expect(await ask(url, token, { callId: 'x', stage: 'call_start', body: '{' })).toMatchObject({
        status: 400,
      });
      await scene.balance();
      first.child.kill('SIGTERM');
      await first.exited;
      const store = await openExistingStore(scene.databaseUrl, storeMigrations);
      const nowMs = Date.now();
      const clientId = (await store.reader.knex('oauth_clients').pluck<string[]>('id'))[0] ?? '';
      const family = { id: 'approval', clientId, scope: 'webhooks', createdAtMs: nowMs };
      await insertFamily(store, { ...family, expiresAtMs: nowMs + 365 * dayMs });
      await store.close();
      const count = () =>
        reading(scene.databaseUrl, async ({ knex }) => {
          const rows: Record<string, number> = {};
          for (const table of counted) rows[table] = (await knex(table).select('*')).length;
          return rows;
        });
      const before = await count();
      expect(before).toEqual({ calls: 30, pushes: 60, quarantine: 1, oauth_families: 1, tombstones: 0 });

      const ahead = scene.start(
        {
          ...{ LD_PRELOAD: library ?? '', FAKETIME: '+410d' },
          ...{ DONT_FAKE_MONOTONIC: '1', FAKETIME_DONT_FAKE_MONOTONIC: '1' },
        },
        'kit',
      );
      const aheadUrl = await ahead.ready();
      const { headers } = await fetch(`${aheadUrl}/healthz`);
      expect(Date.parse(headers.get('date') ?? '')).toBeGreaterThan(nowMs + 409 * dayMs);
      await sleep(25_000);
      expect(await count()).toEqual(before);
      expect(ahead.output()).toContain('Nothing is removed: the clock is more than a day ahead');
      ahead.child.kill('SIGTERM');
      await ahead.exited;

      const last = scene.start({}, 'kit');
      const lastUrl = await last.ready();
      await sendAll(
        calls.map(([, , end]) => end),
        5,
        scene.answers,
        send(lastUrl),
      );
      await sleep(7_000);
      await scene.balance();
      expect(await count()).toEqual({ ...before, pushes: 90 });
      expect(last.output()).not.toContain('call_removed');
      scene.did(
        '25 s with a clock 410 days ahead; every call, push, approval and refused body is still there',
      );
    },
    { cannot: library === undefined && 'libfaketime is not installed' },
  );
});
