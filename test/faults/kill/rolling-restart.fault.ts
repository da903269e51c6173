import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { freePort } from '../../fixtures/free-port.ts';
import { fault } from '../scene/fault.ts';
import { secretKey } from '../scene/many-processes.ts';
import type { Started } from '../scene/scene.ts';
import { onServer, servers } from '../servers/servers.ts';
import { callTraffic, insist, sendAtRate } from '../traffic/traffic.ts';

const exitWithin = async (receiver: Started, limitMs: number, code: number): Promise<number> => {
  const startedMs = performance.now();
  expect(await Promise.race([receiver.exited, sleep(limitMs).then(() => 'still there')])).toBe(code);
  return Math.round(performance.now() - startedMs);
};

/** Starts a push and does not finish it. A stop would wait for the rest. */
async function beginPush(url: string): Promise<void> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  const head =
    'POST /webhooks/jet HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{';
  await new Promise<void>((written) => socket.write(head, () => written()));
  await sleep(100);
}

for (const engine of servers) {
  describe(`18 on ${engine.title}`, () => {
    fault(
      `18 rolling restart of two processes under load, on ${engine.title}`,
      async (scene) => {
        const ports = [await freePort(), await freePort()];
        const start = (index: number): Started =>
          scene.start({ PORT: String(ports[index]), SECRET_KEY: secretKey }, 'kit');
        const processes = [start(0)];
        const firstUrl = await processes[0]?.ready();
        processes.push(start(1));
        const urls = [firstUrl ?? '', (await processes[1]?.ready()) ?? ''];
        const token = await scene.token(urls[0] ?? '');
        let over = false;
        let turn = 0;
        const sending = sendAtRate({
          pushes: callTraffic('roll', scene.random),
          rate: 100,
          answers: scene.answers,
          isOver: () => over,
          // Like a proxy in front of two processes: it uses one, and the other when the first is unreachable.
          send: (push) => insist((turn += 1) % 2 === 0 ? urls : [...urls].reverse(), token, push),
        });
        const tookMs: number[] = [];
        for (const index of [0, 1, 0, 1]) {
          await sleep(1_500);
          const old = processes[index];
          if (old === undefined) throw new Error('There are two');
          old.child.kill('SIGTERM');
          tookMs.push(await exitWithin(old, 30_000, 0));
          processes[index] = start(index);
          await processes[index].ready();
        }
        over = true;
        await sending;
        await scene.balance();
        expect([...scene.answers.counts.keys()].sort()).toEqual(['answered 2xx', 'sent']);

        const [last] = processes;
        if (last === undefined) throw new Error('There are two');
        await beginPush(urls[0] ?? '');
        last.child.kill('SIGTERM');
        await sleep(500);
        expect(last.child.exitCode).toBeNull();
        last.child.kill('SIGTERM');
        // The process ends at once, long before the 10 s that it waits after one signal.
        const twiceMs = await exitWithin(last, 3_000, 1);
        scene.did(
          `4 restarts under 100 pushes a second; every push was accepted from a client that retries; stops took ${tookMs.join(', ')} ms; with a half-sent push, a second signal ended the process in ${twiceMs} ms`,
        );
      },
      onServer(engine),
    );
  });
}
