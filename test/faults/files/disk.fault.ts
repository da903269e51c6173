import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { openDatabase } from '../../../src/database/open-database.ts';
import { fault } from '../scene/fault.ts';
import type { SentPush } from '../traffic/answered-pushes.ts';
import { ask, callPushes, callTraffic, post, sendAll, sendAtRate } from '../traffic/traffic.ts';

const canMount = (() => {
  const folder = `/tmp/jet-mount-${process.pid}`;
  mkdirSync(folder);
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder]).status === 0;
  if (mounted) spawnSync('umount', [folder]);
  rmSync(folder, { recursive: true });
  return mounted;
})();

/** The receiver's own report: the status of `/readyz`, and the line of `/metrics` about its store. */
async function ownReport(url: string): Promise<[number, string | undefined]> {
  const { status } = await fetch(`${url}/readyz`);
  const figures = await (await fetch(`${url}/metrics`)).text();
  return [status, figures.split('\n').find((line) => line.startsWith('jet_store_available '))];
}

describe('5 disk full', () => {
  fault(
    '5 disk full: 503, no 2xx without a row, and normal again when there is room',
    async (scene) => {
      const disk = join(scene.folder, 'data');
      mkdirSync(disk);
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', disk]);
      scene.finally(() => execFileSync('umount', ['-l', disk]));
      const receiver = scene.start({ ADAPTERS: 'none' }, 'kit');
      const url = await receiver.ready();
      const token = await scene.token(url);
      const filler = 'x'.repeat(20_000);
      const pushes = Array.from({ length: 600 }, (_, number): SentPush => {
        const [{ callId, stage }] = callPushes(`disk-${number}`, 1);
        return {
          callId,
          stage,
          body: JSON.stringify({ callsessionid: callId, servicename: 'Sales', note: filler }),
        };
      });
      const without = new Set<string | null>();
      const send = async (push: SentPush): Promise<number | undefined> => {
        const answer = await ask(url, token, push);
        if (answer?.status === 503) without.add(answer.headers.get('retry-after'));
        return answer?.status;
      };
      await sendAll(pushes, 10, scene.answers, send);
      const { counts } = scene.answers;
      expect(counts.get('answered 2xx')).toBeGreaterThan(10);
      expect(counts.get('answered 503')).toBeGreaterThan(10);
      expect([...counts.keys()].sort()).toEqual(['answered 2xx', 'answered 503', 'sent']);
      expect([...without]).toEqual(['5']);
      // Small pushes find the disk full in the end too, and monitoring shows it.
      for (let number = 0, status: number | undefined = 200; status === 200; number += 1) {
        const [small] = callPushes(`small-${number}`, 1);
        status = await send(small);
        scene.answers.record(small, status);
      }
      await expect.poll(() => ownReport(url), { timeout: 10_000 }).toEqual([503, 'jet_store_available 0']);
      await scene.balance({ withoutReporting: true });
      const full = counts.get('answered 503') ?? 0;
      execFileSync('mount', ['-o', 'remount,size=64m', disk]);
      const roomMs = performance.now();
      const [push] = callPushes('room', 1);
      while ((await post(url, token, push)) !== 200) await sleep(100);
      scene.answers.record(push, 200);
      const backMs = Math.round(performance.now() - roomMs);
      await expect.poll(() => ownReport(url), { timeout: 10_000 }).toEqual([200, 'jet_store_available 1']);
      await sendAll(callPushes('after', 1), 1, scene.answers, send);
      await scene.balance({ withoutReporting: true });
      expect(counts.get('answered 503')).toBe(full);
      expect(backMs).toBeLessThan(10_000);
      expect(receiver.child.exitCode).toBeNull();
      scene.did(
        `8 MiB filled up: ${full} pushes refused; the next push was accepted ${backMs} ms after there was room; /readyz and /metrics showed both`,
      );
    },
    { cannot: !canMount && 'a tmpfs cannot be mounted' },
  );
});

describe('6 database locked', () => {
  fault('6 database locked for 3 s, and for 60 s', async (scene) => {
    const receiver = scene.start({ ADAPTERS: 'none' }, 'kit');
    const url = await receiver.ready();
    const token = await scene.token(url);
    const traffic = callTraffic('lock', scene.random);
    const hold = async (
      durationMs: number,
    ): Promise<{ statuses: Map<string, number>; longestMs: number; backMs: number }> => {
      const other = openDatabase(`sqlite:${scene.folder}/data/jet.sqlite`);
      await other.knex.raw('BEGIN IMMEDIATE');
      const statuses = new Map<string, number>();
      let longestMs = 0;
      let over = false;
      const sending = sendAtRate({
        pushes: traffic,
        rate: 50,
        answers: scene.answers,
        isOver: () => over,
        async send(push) {
          const startedMs = performance.now();
          const status = await post(url, token, push);
          longestMs = Math.max(longestMs, performance.now() - startedMs);
          statuses.set(String(status), (statuses.get(String(status)) ?? 0) + 1);
          return status;
        },
      });
      await sleep(durationMs);
      const ready = await fetch(`${url}/readyz`);
      await other.knex.raw('ROLLBACK');
      await other.close();
      const freedMs = performance.now();
      while ((await fetch(`${url}/readyz`)).status !== 200) await sleep(20);
      const backMs = Math.round(performance.now() - freedMs);
      const taken = statuses.get('200') ?? 0;
      while ((statuses.get('200') ?? 0) === taken) await sleep(20);
      over = true;
      await sending;
      expect(durationMs < 5_000 || ready.status === 503).toBe(true);
      return { statuses, longestMs: Math.round(longestMs), backMs };
    };
    const short = await hold(3_000);
    expect([...short.statuses.keys()]).toEqual(['200']);
    const long = await hold(60_000);
    await scene.balance({ withoutReporting: true });
    expect(new Set(long.statuses.keys())).toEqual(new Set(['200', '503']));
    // The time limit of a request is 15 s.
    expect(long.longestMs).toBeLessThan(15_000);
    expect(receiver.output()).not.toMatch(/[Uu]nhandled/);
    for (const [what, { statuses, longestMs, backMs }] of Object.entries({ '3 s': short, '60 s': long }))
      scene.did(
        `${what}: ${JSON.stringify([...statuses])}, the longest took ${longestMs} ms; ready ${backMs} ms after the lock was gone`,
      );
  });
});
