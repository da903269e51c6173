import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exchange, type RawExchange } from '../fixtures/raw-http.ts';
import { startRunningReceiver, type RunningReceiver } from '../fixtures/running-receiver.ts';

let receiver: RunningReceiver;
let token: string;
beforeAll(async () => {
  receiver = await startRunningReceiver();
  token = await receiver.takeToken();
});
afterAll(() => receiver.close());

/**
 * Sends a first part, and then a little each half second while the connection lasts. It counts the half seconds instead
 * of measuring time, because a busy machine delays this sender and the receiver, which share a process.
 */
async function drip(first: string, drop: string): Promise<RawExchange & { seconds: number }> {
  let drops = 0;
  const answer = await exchange(receiver.port, (socket) => {
    socket.write(first);
    const timer = setInterval(() => {
      drops += 1;
      socket.write(drop);
    }, 500);
    socket.on('close', () => clearInterval(timer));
  });
  return { ...answer, seconds: drops / 2 };
}

const head = (lines: string): string =>
  `POST /webhooks/jet HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n${lines}\r\n\r\n`;

describe.concurrent('a slow sender', () => {
  it('a slow sender of headers is disconnected within 12 s, with 408', async () => {
    const { statuses, closed, seconds } = await drip(
      'POST /webhooks/jet HTTP/1.1\r\nHost: x\r\n',
      'X-A: b\r\n',
    );
    expect({ statuses, closed }).toEqual({ statuses: [408], closed: true });
    expect(seconds).toBeLessThan(12);
  });

  it('a sender that sends nothing is disconnected within 12 s', async () => {
    const { closed, seconds } = await drip('', '');
    expect(closed).toBe(true);
    expect(seconds).toBeLessThan(12);
  });

  it('a slow sender of a body is disconnected within 20 s, with 408', async () => {
    const { statuses, closed, seconds } = await drip(head('Content-Length: 100000'), 'a');
    expect({ statuses, closed }).toEqual({ statuses: [408], closed: true });
    expect(seconds).toBeLessThan(20);
  });

  it('a slow sender of chunks is disconnected within 20 s, with 408', async () => {
    const { statuses, closed, seconds } = await drip(head('Transfer-Encoding: chunked'), '1\r\na\r\n');
    expect({ statuses, closed }).toEqual({ statuses: [408], closed: true });
    expect(seconds).toBeLessThan(20);
  });

  it('a slow sender without credentials is disconnected within 20 s', async () => {
    const first = head('Content-Length: 100000').replace(/Authorization.*\r\n/, '');
    const { statuses, closed, seconds } = await drip(first, 'a');
    expect([closed, statuses[0]]).toEqual([true, 401]);
    expect(seconds).toBeLessThan(20);
  });

  it('a slow sender of a too large body is disconnected within 20 s', async () => {
    const { statuses, closed, seconds } = await drip(head('Content-Length: 100000000'), 'a'.repeat(1000));
    expect({ statuses, closed }).toEqual({ statuses: [413], closed: true });
    expect(seconds).toBeLessThan(20);
  });

  it('200 slow senders do not block other senders', async () => {
    const slow = Array.from({ length: 200 }, () => drip(head('Content-Length: 100000'), 'a'));
    await sleep(500);
    const headers = { authorization: `Bearer ${token}` };
    expect((await receiver.push({ callsessionid: 'quick' }, { headers })).status).toBe(200);
    expect(new Set((await Promise.all(slow)).flatMap(({ statuses }) => statuses))).toEqual(new Set([408]));
  });
});
