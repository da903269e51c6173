import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/database/open-database.ts';
import { inFolder, readFirstStart, takeToken } from '../fixtures/receiver-process.ts';

async function push(url: string, token: string, callsessionid: string): Promise<number> {
  const { status } = await fetch(`${url}/webhooks/jet`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ callsessionid, originNumber: '0412345678' }),
  });
  return status;
}

/** Waits until this many calls have landed, and returns them. */
async function landed(folder: string, count: number): Promise<string[]> {
  const database = openDatabase(`sqlite:${join(folder, 'data/reporting.sqlite')}`, 'read');
  try {
    for (;;) {
      const ids = await database
        .knex('jet_calls')
        .pluck<string[]>('call_id')
        .catch(() => []);
      if (ids.length >= count) return ids.sort();
      await sleep(100);
    }
  } finally {
    await database.close();
  }
}

describe.concurrent('ROLE', () => {
  it('ROLE=deliver answers only health checks, and makes no client', () =>
    inFolder(async (start, folder) => {
      const receiver = start({ ROLE: 'deliver' });
      const url = await receiver.ready();
      const statusOf = async (path: string, method = 'POST'): Promise<number> =>
        (await fetch(`${url}${path}`, { method })).status;
      expect([await statusOf('/webhooks/jet'), await statusOf('/webhooks/jet/call-end')]).toEqual([404, 404]);
      expect(await statusOf('/oauth/token')).toBe(404);
      expect([await statusOf('/healthz', 'GET'), await statusOf('/readyz', 'GET')]).toEqual([200, 200]);
      expect(existsSync(join(folder, 'data/first-start.txt'))).toBe(false);
    }));

  it('ROLE=receive lands nothing, and a later process with ROLE=all lands its calls', () =>
    inFolder(async (start, folder) => {
      const receiving = start({ ROLE: 'receive' });
      const url = await receiving.ready();
      const { token } = await takeToken(url, await readFirstStart(folder));
      const ids = Array.from({ length: 20 }, (_, number) => `left-${String(number).padStart(2, '0')}`);
      for (const id of ids) expect(await push(url, token, id)).toBe(200);
      receiving.child.kill('SIGTERM');
      expect(await receiving.exited).toBe(0);
      expect(existsSync(join(folder, 'data/reporting.sqlite'))).toBe(false);

      await start({ ROLE: 'all' }).ready();
      expect(await landed(folder, ids.length)).toEqual(ids);
    }));

  it('processes with ROLE=receive and ROLE=deliver share a store, and each push lands', () =>
    inFolder(async (start, folder) => {
      const receiving = start({ ROLE: 'receive' });
      const url = await receiving.ready();
      await start({ ROLE: 'deliver' }).ready();
      const { token } = await takeToken(url, await readFirstStart(folder));
      expect(await push(url, token, 'shared')).toBe(200);
      expect(await landed(folder, 1)).toEqual(['shared']);
    }));
});
