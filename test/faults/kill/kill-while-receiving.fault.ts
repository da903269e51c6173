import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { openDatabase } from '../../../src/database/open-database.ts';
import { fault } from '../scene/fault.ts';
import type { Scene } from '../scene/scene.ts';
import { onServer, servers } from '../servers/servers.ts';
import { callTraffic, post, sendAtRate } from '../traffic/traffic.ts';

const killsOfProcess = 20;
const endsOfThread = 5;

// The target is 5 s. A machine with two busy cores takes up to twice that.
const startMaxMs = 10_000;

/**
 * Ends the receiver at random times under 200 pushes a second, and restarts it each time.
 *
 * @param ends `process`: with SIGKILL. `thread`: only its store thread ends, and the process must end with it.
 * @param hasThread false: the main thread stores the calls, as in a process that may open few files
 */
async function endWhileReceiving(
  scene: Scene,
  ends: 'process' | 'thread',
  kills: number,
  hasThread = true,
): Promise<void> {
  const { random, answers } = scene;
  const pushes = callTraffic('k', random);
  const startsMs: number[] = [];
  let token = '';
  for (let kill = 0; kill < kills; kill += 1) {
    const endsAfterMs = random.integer(20, 1_200);
    const receiver = scene.start({
      FAULT_LEASE_MS: '2000',
      FAULT_STORE_THREAD: hasThread ? 'yes' : 'no',
      ...(ends === 'thread' && { FAULT_THREAD_ENDS_AFTER_MS: String(endsAfterMs) }),
    });
    const url = await receiver.ready();
    startsMs.push(performance.now() - receiver.startedMs);
    token ||= await scene.token(url);
    let over = false;
    const send = (push: Parameters<typeof post>[2]) => post(url, token, push);
    const sending = sendAtRate({ pushes, rate: 200, answers, isOver: () => over, send });
    if (ends === 'process') {
      await sleep(endsAfterMs);
      receiver.child.kill('SIGKILL');
    }
    const exitCode = await receiver.exited;
    // Node itself can crash when a thread ends in the middle of a statement.
    expect(ends === 'process' ? [null] : [null, 1]).toContain(exitCode);
    over = true;
    await sending;
  }
  await scene.start({ FAULT_LEASE_MS: '2000' }).ready();
  await scene.balance();
  const longestMs = Math.round(Math.max(...startsMs));
  scene.did(`ended ${kills} times at 200 pushes a second; the longest start took ${longestMs} ms`);
  expect(answers.counts.get('answered 2xx')).toBeGreaterThan(kills);
  expect(longestMs).toBeLessThan(startMaxMs);
}

describe('1 kill -9 while receiving', () => {
  fault(
    '1 kill -9 while receiving, on SQLite',
    async (scene) => {
      await endWhileReceiving(scene, 'process', killsOfProcess);
      const store = openDatabase(`sqlite:${scene.folder}/data/jet.sqlite`, 'read');
      expect(await store.knex.raw('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
      await store.close();
    },
    { timeoutMs: 600_000 },
  );

  fault(
    '1 kill -9 while receiving, on SQLite without a store thread',
    (scene) => endWhileReceiving(scene, 'process', killsOfProcess, false),
    { timeoutMs: 600_000 },
  );

  fault(
    '1 the store thread ends while receiving, and the process with it, on SQLite',
    (scene) => endWhileReceiving(scene, 'thread', endsOfThread),
    { timeoutMs: 600_000 },
  );

  for (const engine of servers) {
    fault(
      `1 kill -9 while receiving, on ${engine.title}`,
      (scene) => endWhileReceiving(scene, 'process', killsOfProcess),
      {
        timeoutMs: 600_000,
        ...onServer(engine),
      },
    );
  }
});
