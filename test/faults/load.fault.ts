import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { exchange } from '../fixtures/raw-http.ts';
import { fault } from './fault.ts';
import type { SentPush } from './ledger.ts';
import { ask, callPushes, callTraffic, post, sendAtRate } from './traffic.ts';

const memoryMaxMb = 700;

function memoryMb(pid: number | undefined): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid ?? 0}/status`, 'utf8'))?.[1]) / 1024;
}

describe('21 overload', () => {
  fault('21 400 senders of large pushes at once, for 30 s', async (scene) => {
    const receiver = scene.start({ ADAPTERS: 'none' }, 'kit');
    const url = await receiver.ready();
    const token = await scene.token(url);
    const filler = 'x'.repeat(150_000);
    const endMs = performance.now() + 30_000;
    const acceptedMs: number[] = [];
    const retryAfter = new Set<string | null>();
    let mostMb = 0;
    const sampling = setInterval(() => (mostMb = Math.max(mostMb, memoryMb(receiver.child.pid))), 200);
    const send = async (sender: number): Promise<void> => {
      for (let number = 0; performance.now() < endMs; number += 1) {
        const [{ callId, stage }] = callPushes(`over-${sender}-${number}`, 1);
        // Large ones and small ones.
        const note = number % 2 === 0 ? filler : 'small';
        const push: SentPush = {
          callId,
          stage,
          body: JSON.stringify({ callsessionid: callId, servicename: 'Sales', note }),
        };
        const startedMs = performance.now();
        const answer = await ask(url, token, push);
        scene.ledger.record(push, answer?.status);
        if (answer?.status === 200) acceptedMs.push(performance.now() - startedMs);
        else if (answer !== undefined) retryAfter.add(answer.headers.get('retry-after'));
      }
    };
    await Promise.all(Array.from({ length: 400 }, (_, sender) => send(sender)));
    clearInterval(sampling);
    const over = performance.now();
    for (;;) {
      const [push] = callPushes(`calm-${performance.now()}`, 1);
      const startedMs = performance.now();
      const status = await post(url, token, push);
      scene.ledger.record(push, status);
      if (status === 200 && performance.now() - startedMs < 500) break;
      await sleep(100);
    }
    const calmMs = Math.round(performance.now() - over);
    await scene.balance({ withoutReporting: true });
    acceptedMs.sort((a, b) => a - b);
    const p99 = Math.round(acceptedMs[Math.floor(acceptedMs.length * 0.99)] ?? 0);
    scene.did(
      `memory ${Math.round(mostMb)} MB at most; p99 of those taken ${p99} ms; normal again after ${calmMs} ms`,
    );
    const answers = [...scene.ledger.counts.keys()].filter((name) => name !== 'sent');
    expect(
      answers.filter((name) => !['answered 2xx', 'answered 503', 'answered 429'].includes(name)),
    ).toEqual([]);
    expect([...retryAfter].filter((value) => value === null)).toEqual([]);
    expect(mostMb).toBeLessThan(memoryMaxMb);
    expect(calmMs).toBeLessThan(30_000);
  });
});

describe('23 slow and broken senders', () => {
  fault('23 300 slow senders are cut, and nobody else notices', async (scene) => {
    const receiver = scene.start({ ADAPTERS: 'none' }, 'kit');
    const url = await receiver.ready();
    const port = Number(new URL(url).port);
    const token = await scene.token(url);
    const head = `POST /webhooks/jet HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n`;
    const drip = async (first: string): Promise<number> => {
      const startedMs = performance.now();
      let timer: NodeJS.Timeout | undefined;
      await exchange(port, (socket) => {
        socket.write(first);
        timer = setInterval(() => {
          if (socket.writable) socket.write('a');
        }, 500);
      });
      clearInterval(timer);
      return performance.now() - startedMs;
    };
    const slow = {
      headers: Array.from({ length: 150 }, () => drip(`${head}X-Slow: `)),
      bodies: Array.from({ length: 150 }, () => drip(`${head}Content-Length: 100000\r\n\r\n`)),
    };
    const goodMs: number[] = [];
    let over = false;
    const sending = sendAtRate({
      pushes: callTraffic('good', scene.random),
      rate: 30,
      ledger: scene.ledger,
      isOver: () => over,
      async send(push) {
        const startedMs = performance.now();
        const status = await post(url, token, push);
        goodMs.push(performance.now() - startedMs);
        return status;
      },
    });
    const headers = Math.max(...(await Promise.all(slow.headers)));
    const bodies = Math.max(...(await Promise.all(slow.bodies)));
    over = true;
    await sending;

    // The sender leaves as soon as it has sent: nobody hears the answer, and the repeat is known.
    const [left] = callPushes('left', 1);
    const length = Buffer.byteLength(left.body);
    const socket = connect(port, '127.0.0.1', () =>
      socket.write(`${head}Content-Length: ${length}\r\n\r\n${left.body}`, () =>
        setTimeout(() => socket.destroy(), 1_000),
      ),
    );
    socket.resume();
    await new Promise((closed) => socket.on('close', closed));
    const repeat = await fetch(`${url}/webhooks/jet`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: left.body,
    });
    scene.ledger.record(left, repeat.status);
    expect(await repeat.json()).toMatchObject({ duplicate: true });

    await scene.balance({ withoutReporting: true });
    goodMs.sort((a, b) => a - b);
    const p99 = Math.round(goodMs[Math.floor(goodMs.length * 0.99)] ?? 0);
    scene.did(
      `slow headers cut after ${Math.round(headers)} ms at most, slow bodies after ${Math.round(bodies)} ms; p99 of ${goodMs.length} good pushes ${p99} ms`,
    );
    expect(headers).toBeLessThan(12_500);
    expect(bodies).toBeLessThan(20_000);
    expect([...scene.ledger.counts.keys()].sort()).toEqual(['answered 2xx', 'sent']);
  });
});
