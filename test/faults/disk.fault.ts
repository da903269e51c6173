import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { openDatabase } from '../../src/store/database.ts';
import { startProcess } from '../fixtures/receiver-process.ts';
import { fault, kitCommand } from './fault.ts';
import type { SentPush } from './ledger.ts';
import { ask, callPushes, callTraffic, post, sendAll, sendAtRate } from './traffic.ts';

const canMount = (() => {
  const folder = `/tmp/jet-mount-${process.pid}`;
  mkdirSync(folder);
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder]).status === 0;
  if (mounted) spawnSync('umount', [folder]);
  rmSync(folder, { recursive: true });
  return mounted;
})();
const canTrace = spawnSync('strace', ['-e', 'trace=none', 'true']).status === 0;

describe('3 sync before answer', () => {
  fault(
    '3 between each request and its 2xx lies a sync of the store, also after a restart',
    async (scene) => {
      let synced = 0;
      for (let start = 0; start < 2; start += 1) {
        const trace = join(scene.folder, `trace-${start}`);
        const command = [
          'strace',
          '-f',
          '-s',
          '40',
          '-e',
          'trace=fsync,fdatasync,write,writev',
          '-o',
          trace,
          ...kitCommand,
        ];
        const receiver = startProcess(scene.folder, { ADAPTERS: 'none', LOG_LEVEL: 'info' }, command);
        const url = await receiver.ready();
        const token = await scene.token(url);
        // One after the other, so that each answer has a sync of its own.
        for (let number = 0; number < 25; number += 1) {
          const [push] = callPushes(`sync-${start}-${number}`, 1);
          scene.ledger.record(push, await post(url, token, push));
        }
        // strace gives the signal to what it traces.
        execFileSync('pkill', ['-KILL', '-P', String(receiver.child.pid)]);
        await receiver.exited;
        let sinceAnswer = 0;
        for (const line of readFileSync(trace, 'utf8').split('\n')) {
          if (/ f(?:data)?sync\(.*= 0|<\.\.\. f(?:data)?sync resumed.*= 0/.test(line)) sinceAnswer += 1;
          if (!/writev?\(.*HTTP\/1\.1 200 OK/.test(line)) continue;
          // The token's answer comes first; it is stored before it is told as well.
          expect(sinceAnswer, `no sync before ${line}`).toBeGreaterThan(0);
          synced += 1;
          sinceAnswer = 0;
        }
      }
      expect(synced).toBe(52);
      await scene.balance({ withoutReporting: true });
      scene.did(`52 answers of 200 in two processes, each after a sync of its own (strace)`);
    },
    { cannot: !canTrace && 'strace is not here, or may not trace' },
  );
});

describe('5 disk full', () => {
  fault(
    '5 disk full: 503 and no 2xx without a row, and back to normal when there is room',
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
      await sendAll(pushes, 10, scene.ledger, send);
      const { counts } = scene.ledger;
      expect(counts.get('answered 2xx')).toBeGreaterThan(10);
      expect(counts.get('answered 503')).toBeGreaterThan(10);
      expect([...counts.keys()].sort()).toEqual(['answered 2xx', 'answered 503', 'sent']);
      expect([...without]).toEqual(['5']);
      await scene.balance({ withoutReporting: true });
      const full = counts.get('answered 503') ?? 0;
      execFileSync('mount', ['-o', 'remount,size=64m', disk]);
      const roomMs = performance.now();
      const [push] = callPushes('room', 1);
      while ((await post(url, token, push)) !== 200) await sleep(100);
      scene.ledger.record(push, 200);
      const backMs = Math.round(performance.now() - roomMs);
      await sendAll(callPushes('after', 1), 1, scene.ledger, send);
      await scene.balance({ withoutReporting: true });
      expect(counts.get('answered 503')).toBe(full);
      expect(backMs).toBeLessThan(10_000);
      expect(receiver.child.exitCode).toBeNull();
      scene.did(
        `8 MiB filled up: ${full} pushes refused; ${backMs} ms after there was room the next was taken`,
      );
    },
    { cannot: !canMount && 'a tmpfs cannot be mounted' },
  );
});

describe('6 database locked', () => {
  fault('6 database locked for 3 s, and for 20 s', async (scene) => {
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
        ledger: scene.ledger,
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
      over = true;
      await sending;
      expect(durationMs < 5_000 || ready.status === 503).toBe(true);
      return { statuses, longestMs: Math.round(longestMs), backMs };
    };
    const short = await hold(3_000);
    expect([...short.statuses.keys()]).toEqual(['200']);
    const long = await hold(20_000);
    await scene.balance({ withoutReporting: true });
    expect(new Set(long.statuses.keys())).toEqual(new Set(['200', '503']));
    // The limit of a request is 15 s.
    expect(long.longestMs).toBeLessThan(15_000);
    expect(receiver.output()).not.toMatch(/[Uu]nhandled/);
    for (const [what, { statuses, longestMs, backMs }] of Object.entries({ '3 s': short, '20 s': long }))
      scene.did(
        `${what}: ${JSON.stringify([...statuses])}, the longest took ${longestMs} ms; ready ${backMs} ms after the lock was gone`,
      );
  });
});

describe('7 corrupt or unreadable', () => {
  fault('7 a page of noise, a file cut short, and one without rights are refused in words', async (scene) => {
    const data = join(scene.folder, 'data');
    const file = join(data, 'jet.sqlite');
    const first = scene.start({ ADAPTERS: 'none' }, 'kit');
    const url = await first.ready();
    const token = await scene.token(url);
    await sendAll(
      Array.from({ length: 200 }, (_, n) => callPushes(`c-${n}`, n + 1)).flat(),
      10,
      scene.ledger,
      (push) => post(url, token, push),
    );
    first.child.kill('SIGTERM');
    await first.exited;
    const good = readFileSync(file);
    const damages: Record<string, () => void> = {
      'a page of noise': () => writeFileSync(file, Buffer.from(good).fill(0xa5, 40_960, 45_056)),
      'cut short': () => writeFileSync(file, good.subarray(0, Math.floor(good.length / 2))),
      empty: () => writeFileSync(file, ''),
      'no database': () => writeFileSync(file, 'A letter.\n'.repeat(1_000)),
    };
    for (const [what, damage] of Object.entries(damages)) {
      damage();
      const before = readFileSync(file);
      const receiver = scene.start({ ADAPTERS: 'none' }, 'kit');
      const code = await receiver.exited;
      expect([code, readFileSync(file).equals(before)]).toEqual([1, true]);
      const [words] = receiver.output().split('\n');
      expect(words).toMatch(/damaged|empty/);
      scene.did(`${what}: exit code ${code}, "${(words ?? '').replace(scene.folder, '')}"`);
    }
    writeFileSync(file, good);
    await scene.start({ ADAPTERS: 'none' }, 'kit').ready();
    await scene.balance({ withoutReporting: true });
    expect(readdirSync(data).filter((name) => name.endsWith('.sqlite'))).toEqual(['jet.sqlite']);
  });

  // Rights do not bind root: as another user, in a user namespace of its own.
  const nobody = spawnSync('setpriv', ['--reuid', '65534', '--clear-groups', 'true']).status === 0;
  fault(
    '7 a file that may not be read is refused in words',
    async (scene) => {
      const data = join(scene.folder, 'data');
      mkdirSync(data);
      writeFileSync(join(data, 'jet.sqlite'), 'x', { mode: 0o600 });
      execFileSync('chmod', ['755', scene.folder, data]);
      const command = ['setpriv', '--reuid', '65534', '--clear-groups', ...kitCommand];
      const receiver = startProcess(scene.folder, {}, command);
      expect(await receiver.exited).toBe(1);
      expect(receiver.output()).toMatch(/cannot be read and written \(EACCES\)/);
      scene.did(`exit code 1, "${receiver.output().split('\n')[0]?.replace(scene.folder, '') ?? ''}"`);
    },
    { cannot: !nobody && 'no other user can be taken' },
  );
});
