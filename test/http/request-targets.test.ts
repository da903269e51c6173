import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exchange } from '../fixtures/raw-http.ts';
import { startRunningReceiver, type RunningReceiver } from '../fixtures/running-receiver.ts';

let receiver: RunningReceiver;
let token: string;
beforeAll(async () => {
  receiver = await startRunningReceiver();
  token = await receiver.takeToken();
});
afterAll(() => receiver.close());

async function ask(method: string, target: string, body = ''): Promise<number[]> {
  const head = [
    `${method} ${target} HTTP/1.1`,
    'Host: test',
    'Connection: close',
    `Authorization: Bearer ${token}`,
    `Content-Length: ${body.length}`,
  ].join('\r\n');
  return (await exchange(receiver.port, `${head}\r\n\r\n${body}`)).statuses.slice();
}

// Hosts that are invalid in a URL or have a special meaning.
const hosts = [
  'http://999.999.999.999',
  'http://test',
  'http://[::',
  'http://a^b',
  'http://',
  'http://:0',
  '//x',
];

describe('a target in absolute form', () => {
  it.each(hosts.flatMap((host) => ['GET', 'POST'].map((method) => [method, host] as const)))(
    'a target in absolute form causes no server error: %s %s',
    async (method, host) => {
      for (const path of [
        '/oauth/authorize?client_id=x',
        '/oauth/token',
        '/webhooks/jet',
        '/healthz',
        '/none',
      ]) {
        const [status = 0, ...more] = await ask(method, `${host}${path}`, method === 'POST' ? 'a=b' : '');
        expect(more).toEqual([]);
        expect(status, path).toBeGreaterThanOrEqual(200);
        expect(status, path).toBeLessThan(500);
      }
    },
  );

  it('a target in absolute form with an invalid host leads to the page of its path', async () => {
    const { clientId } = receiver.client;
    const query = `?response_type=code&client_id=${clientId}&redirect_uri=x`;
    const { text } = await exchange(
      receiver.port,
      `GET http://999.999.999.999/oauth/authorize${query} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n`,
    );
    expect(text).toContain('HTTP/1.1 400 ');
    expect(text).toContain('This request cannot be approved');
  });
});

describe('a target that begins with two slashes', () => {
  it('a target that begins with two slashes leads to the same page as one slash', async () => {
    expect(await ask('POST', '//webhooks/jet', '{"callsessionid":"slashes"}')).toEqual([200]);
  });
});
