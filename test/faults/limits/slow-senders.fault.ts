import { connect } from 'node:net';
import { describe, expect } from 'vitest';
import { exchange } from '../../fixtures/raw-http.ts';
import { fault, isQuick } from '../scene/fault.ts';
import { quantile } from '../traffic/quantile.ts';
import { callTraffic, callPushes, post, sendAtRate } from '../traffic/traffic.ts';

const slowSenders = isQuick ? 200 : 500;
const headersCutMs = 12_000;
const bodiesCutMs = 20_000;
const goodMaxMs = 500;

describe('23 slow and broken senders', () => {
  fault(`23 ${slowSenders} slow senders are disconnected, and no other sender is affected`, async (scene) => {
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
    const half = { length: slowSenders / 2 };
    const slow = {
      headers: Array.from(half, () => drip(`${head}X-Slow: `)),
      bodies: Array.from(half, () => drip(`${head}Content-Length: 100000\r\n\r\n`)),
    };
    const goodMs: number[] = [];
    let over = false;
    const sending = sendAtRate({
      pushes: callTraffic('good', scene.random),
      rate: 30,
      answers: scene.answers,
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

    // The sender disconnects as soon as it has sent. Nobody reads the answer, and the retry is a duplicate.
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
    scene.answers.record(left, repeat.status);
    expect(await repeat.json()).toMatchObject({ duplicate: true });

    await scene.balance({ withoutReporting: true });
    const p99 = Math.round(quantile(goodMs, 0.99));
    scene.did(
      `slow headers cut after ${Math.round(headers)} ms at most, slow bodies after ${Math.round(bodies)} ms; p99 of ${goodMs.length} good pushes ${p99} ms`,
    );
    expect(headers).toBeLessThan(headersCutMs);
    expect(bodies).toBeLessThan(bodiesCutMs);
    expect(p99).toBeLessThan(goodMaxMs);
    expect([...scene.answers.counts.keys()].sort()).toEqual(['answered 2xx', 'sent']);
  });
});
