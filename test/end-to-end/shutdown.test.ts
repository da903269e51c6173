import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/database/open-database.ts';
import { startLoad } from '../fixtures/push-load.ts';
import { hasBegun, holdRequest, inFolder, readFirstStart, takeToken } from '../fixtures/receiver-process.ts';

/** The ids of the calls in a store that no process uses. */
async function storedCalls(folder: string): Promise<Set<string>> {
  const database = openDatabase(`sqlite:${join(folder, 'data/jet.sqlite')}`, 'read');
  const ids = await database.knex('calls').pluck<string[]>('id');
  await database.close();
  return new Set(ids);
}

describe('SIGTERM', () => {
  it('SIGTERM under load loses nothing that was answered 200, refuses no request, and ends with 0', () =>
    inFolder(async (start, folder) => {
      const receiver = start();
      const url = await receiver.ready();
      const { token } = await takeToken(url, await readFirstStart(folder));
      const load = startLoad(url, token, 'load', 20);
      await load.reaches(60);
      receiver.child.kill('SIGTERM');
      // It ends with 1 when it does not finish within its own limit.
      expect(await receiver.exited).toBe(0);
      const { stored, refused } = await load.end();
      expect(stored.length).toBeGreaterThan(50);
      expect(refused).toEqual([]);
      const calls = await storedCalls(folder);
      expect(stored.filter((id) => !calls.has(id))).toEqual([]);
      expect(receiver.output()).toContain('"msg":"Stopped"');
      expect(receiver.output()).not.toContain('"level":"error"');
    }));

  it('SIGTERM answers a request whose body is still arriving, and then closes its connection', () =>
    inFolder(async (start, folder) => {
      const receiver = start({ ADAPTERS: 'none' });
      const url = new URL(await receiver.ready());
      const { token } = await takeToken(url.origin, await readFirstStart(folder));
      const body = '{"callsessionid":"on-its-way"}';
      const socket = holdRequest(url.origin, token, body.length);
      await hasBegun(socket);
      socket.write(body.slice(0, 9));
      let answer = '';
      socket.on('data', (bytes: Buffer) => (answer += bytes.toString()));
      const closed = new Promise((resolve) => socket.on('close', resolve));
      receiver.child.kill('SIGTERM');
      while (!receiver.output().includes('Stopping')) await sleep(10);
      // Counted, not timed: a busy machine makes them fewer. A connection that stays open is waited for 10 s.
      let halfSeconds = 0;
      const counter = setInterval(() => (halfSeconds += 1), 500);
      socket.write(body.slice(9));
      await closed;
      clearInterval(counter);
      expect(halfSeconds).toBeLessThan(18);
      expect(answer).toMatch(/^HTTP\/1\.1 200 /);
      expect(await receiver.exited).toBe(0);
      expect(await storedCalls(folder)).toContain('on-its-way');
    }));

  it('SIGTERM frees the port at once', () =>
    inFolder(async (start, folder) => {
      const receiver = start({ ADAPTERS: 'none' });
      const url = await receiver.ready();
      const { token } = await takeToken(url, await readFirstStart(folder));
      const held = holdRequest(url, token);
      await hasBegun(held);
      receiver.child.kill('SIGTERM');
      while (!receiver.output().includes('Stopping')) await sleep(10);
      await expect(fetch(`${url}/healthz`, { headers: { connection: 'close' } })).rejects.toThrow();
      held.destroy();
      expect(await receiver.exited).toBe(0);
    }));

  it('SIGTERM counts once when it comes twice within a moment, and a later second one ends the process at once with 1', () =>
    inFolder(async (start, folder) => {
      const receiver = start();
      const url = await receiver.ready();
      const { token } = await takeToken(url, await readFirstStart(folder));
      const held = holdRequest(url, token);
      await hasBegun(held);
      receiver.child.kill('SIGTERM');
      receiver.child.kill('SIGINT');
      while (!receiver.output().includes('Stopping')) await sleep(10);
      // Longer than the time within which a repeat counts as the same signal.
      await sleep(1_000);
      expect(receiver.child.exitCode).toBeNull();
      // A busy machine can receive the first signal late, and count the next one as its repeat.
      const again = setInterval(() => receiver.child.kill('SIGTERM'), 1_000);
      receiver.child.kill('SIGTERM');
      expect(await receiver.exited).toBe(1);
      clearInterval(again);
      expect(receiver.output()).not.toContain('"msg":"Stopped"');
      held.destroy();
    }));
});
