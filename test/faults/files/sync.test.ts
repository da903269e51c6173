import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { startProcess } from '../../fixtures/receiver-process.ts';
import { fault } from '../scene/fault.ts';
import { kitCommand } from '../scene/scene.ts';
import { callPushes, post } from '../traffic/traffic.ts';

const canTrace = spawnSync('strace', ['-e', 'trace=none', 'true']).status === 0;

describe('3 sync before answer', () => {
  fault(
    '3 the store is synced between each request and its 2xx, also after a restart',
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
        // One after the other, so that each answer has its own sync.
        for (let number = 0; number < 25; number += 1) {
          const [push] = callPushes(`sync-${start}-${number}`, 1);
          scene.answers.record(push, await post(url, token, push));
        }
        // strace passes the signal to the traced process.
        execFileSync('pkill', ['-KILL', '-P', String(receiver.child.pid)]);
        await receiver.exited;
        let sinceAnswer = 0;
        for (const line of readFileSync(trace, 'utf8').split('\n')) {
          if (/ f(?:data)?sync\(.*= 0|<\.\.\. f(?:data)?sync resumed.*= 0/.test(line)) sinceAnswer += 1;
          if (!/writev?\(.*HTTP\/1\.1 200 OK/.test(line)) continue;
          // The token's answer comes first. The token too is stored before it is sent.
          expect(sinceAnswer, `no sync before ${line}`).toBeGreaterThan(0);
          synced += 1;
          sinceAnswer = 0;
        }
      }
      expect(synced).toBe(52);
      await scene.balance({ withoutReporting: true });
      scene.did(`52 answers of 200 in two processes, each after a sync of its own (strace)`);
    },
    { cannot: !canTrace && 'strace is not installed, or cannot trace' },
  );
});
