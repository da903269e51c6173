import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { openDatabase } from '../../../src/database/open-database.ts';
import { fault, isQuick } from '../scene/fault.ts';
import { flood, type Flood } from '../traffic/flood.ts';
import type { SentPush } from '../traffic/answered-pushes.ts';
import { quantile } from '../traffic/quantile.ts';
import type { Scene } from '../scene/scene.ts';
import { callPushes, post } from '../traffic/traffic.ts';

const memoryMaxMb = 700;
const takenMaxMs = 2_000;
const calmMaxMs = 30_000;
// The bench's rate for a busy call centre.
const ratedPerSecond = 100;

function memoryMb(pid: number | undefined): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid ?? 0}/status`, 'utf8'))?.[1]) / 1024;
}

function pushOf(number: number, note: string): SentPush {
  const [{ callId, stage }] = callPushes(`over-${number}`, 1);
  return { callId, stage, body: JSON.stringify({ callsessionid: callId, servicename: 'Sales', note }) };
}

/** Floods a receiver, and checks its answers, its memory and how soon it is normal again. */
async function overload(
  scene: Scene,
  load: Pick<Flood, 'connections' | 'rate' | 'push' | 'durationMs'>,
  besides?: (isOver: () => boolean) => Promise<void>,
): Promise<{ refused: number }> {
  const receiver = scene.start({ ADAPTERS: 'none' }, 'kit');
  const url = await receiver.ready();
  const token = await scene.token(url);
  let mostMb = 0;
  const sampling = setInterval(() => (mostMb = Math.max(mostMb, memoryMb(receiver.child.pid))), 200);
  let over = false;
  const [{ takenMs, retryAfter }] = await Promise.all([
    flood({ ...load, url, token, answers: scene.answers }).finally(() => (over = true)),
    besides?.(() => over),
  ]);
  clearInterval(sampling);
  const overMs = performance.now();
  for (let number = 0; ; number += 1) {
    const [push] = callPushes(`calm-${number}`, 1);
    const startedMs = performance.now();
    const status = await post(url, token, push);
    scene.answers.record(push, status);
    if (status === 200 && performance.now() - startedMs < 500) break;
    await sleep(100);
  }
  const calmMs = Math.round(performance.now() - overMs);
  await scene.balance({ withoutReporting: true });
  const [median, p99] = [0.5, 0.99].map((share) => Math.round(quantile(takenMs, share)));
  scene.did(
    `${takenMs.length} pushes accepted in ${load.durationMs / 1000} s, ${median} ms (median), ${p99} ms (p99); ${retryAfter.length} refused; memory ${Math.round(mostMb)} MB at most; normal again after ${calmMs} ms`,
  );
  const answers = [...scene.answers.counts.keys()];
  const allowed = ['sent', 'answered 2xx', 'answered 503', 'answered 429'];
  expect(answers.filter((name) => !allowed.includes(name))).toEqual([]);
  expect(retryAfter.filter((value) => !/^\d+$/.test(value ?? ''))).toEqual([]);
  expect(mostMb).toBeLessThan(memoryMaxMb);
  expect(p99).toBeLessThan(takenMaxMs);
  expect(calmMs).toBeLessThan(calmMaxMs);
  return { refused: retryAfter.length };
}

/** Locks the store for half a second and releases it for one, as a slow disk or another program would. */
async function slowStore(scene: Scene, isOver: () => boolean): Promise<void> {
  const other = openDatabase(scene.databaseUrl);
  while (!isOver()) {
    await other.knex.raw('BEGIN IMMEDIATE');
    await sleep(500);
    await other.knex.raw('ROLLBACK');
    await sleep(1_000);
  }
  await other.close();
}

describe('21 overload', () => {
  fault(`21 ten times the rated load of ${ratedPerSecond} pushes a second`, async (scene) => {
    const push = (number: number): SentPush => pushOf(number, 'small');
    const durationMs = isQuick ? 10_000 : 60_000;
    await overload(scene, { connections: 200, rate: ratedPerSecond * 10, durationMs, push });
  });

  fault('21 more bytes at once than the receiver lets wait, with a slow store', async (scene) => {
    const filler = 'x'.repeat(150_000);
    const { refused } = await overload(
      scene,
      {
        // 18 MB are in flight, and 8 MiB may wait.
        connections: 120,
        durationMs: isQuick ? 8_000 : 20_000,
        push: (number) => pushOf(number, filler),
      },
      (isOver) => slowStore(scene, isOver),
    );
    expect(refused).toBeGreaterThan(0);
  });
});
