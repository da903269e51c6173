import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { connect } from 'node:tls';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../fixtures/until.ts';
import { bodyBytesMax } from '../../src/web/read-body.ts';
import { readFirstStart, startProcess, type ReceiverProcess } from '../fixtures/receiver-process.ts';
import { missingForProxy, startTlsProxy, type TlsProxy } from '../fixtures/tls-proxy.ts';

if (missingForProxy.length > 0)
  console.info(`Not tested here: docs/deploy/nginx.conf (no ${missingForProxy.join(', no ')})`);

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

// Both receivers that the example shows are used.
describe.skipIf(missingForProxy.length > 0)('docs/deploy/nginx.conf', () => {
  let folder: string;
  let proxy: TlsProxy;
  let ports: { tls: string; first: string; second: string };
  let agent: Agent;
  let receiver: ReceiverProcess;
  let token: string;

  /** A receiver on one of the two ports in nginx's configuration. */
  const start = async (port: string): Promise<ReceiverProcess> => {
    const started = startProcess(folder, {
      PORT: port,
      ADAPTERS: 'none',
      TRUST_PROXY: 'loopback',
      PUBLIC_URL: `https://localhost:${ports.tls}`,
    });
    await started.ready();
    return started;
  };
  const stop = async (stopped: ReceiverProcess): Promise<void> => {
    stopped.child.kill('SIGTERM');
    await stopped.exited;
  };

  const send = (path: string, body?: string, headers: Record<string, string> = {}): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const method = body === undefined ? 'GET' : 'POST';
      const options = { agent, method, headers, host: 'localhost', port: ports.tls, path };
      const asked = request(options, (answer) => {
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (part: string) => (text += part));
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }));
        answer.on('error', reject);
      });
      asked.on('error', reject);
      asked.end(body);
    });
  const push = (body: string, headers: Record<string, string> = {}): Promise<Answer> =>
    send('/webhooks/jet', body, {
      'content-type': 'application/json',
      authorization: `Bearer ${token}`,
      ...headers,
    });

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'jet-nginx-'));
    proxy = await startTlsProxy();
    const [first, second] = proxy.receivers;
    ports = { tls: proxy.port, first, second };
    agent = new Agent({ ca: readFileSync(proxy.certificate), keepAlive: true });
    receiver = await start(ports.first);
    const { clientId, clientSecret } = await readFirstStart(folder);
    for (;;) {
      const form = `grant_type=client_credentials&client_id=${clientId}&client_secret=${clientSecret}`;
      const answer = await send('/oauth/token', form, {
        'content-type': 'application/x-www-form-urlencoded',
      }).catch(() => undefined);
      if (answer?.status === 200) {
        token = (JSON.parse(answer.text) as { access_token: string }).access_token;
        break;
      }
      await sleep(100);
    }
  });
  afterAll(async () => {
    agent.destroy();
    await proxy.stop();
    await stop(receiver);
    rmSync(folder, { recursive: true, force: true });
  });

  it('nginx forwards a push over TLS, and returns the answer', async () => {
    const answer = await push('{"callsessionid":"through-tls"}');
    expect([answer.status, JSON.parse(answer.text)]).toMatchObject([200, { callId: 'through-tls' }]);
  });

  it('nginx shows the metadata of the issuer under its public address', async () => {
    const { status, text } = await send('/.well-known/oauth-authorization-server');
    expect(status).toBe(200);
    expect(JSON.parse(text)).toMatchObject({ issuer: `https://localhost:${ports.tls}` });
  });

  it.each(['/metrics', '/readyz', '/healthz', '/openapi.json', '/'])(
    'nginx does not forward %s',
    async (path) => {
      expect((await send(path)).status).toBe(404);
    },
  );

  it('nginx lets the receiver refuse a body that is too large', async () => {
    const padding = (length: number): string =>
      JSON.stringify({ callsessionid: 'large', x: 'x'.repeat(length) });
    expect((await push(padding(bodyBytesMax - 100))).status).toBe(200);
    const refused = await push(padding(bodyBytesMax));
    expect([refused.status, JSON.parse(refused.text)]).toMatchObject([413, { code: 'body_too_large' }]);
  });

  it('nginx lets no sender choose the address that failed attempts count for', async () => {
    const statuses: number[] = [];
    for (let number = 0; number < 12; number += 1) {
      const headers = { authorization: 'Bearer wrong', 'x-forwarded-for': `203.0.113.${number}` };
      statuses.push((await push('{}', headers)).status);
    }
    expect(statuses.at(0)).toBe(401);
    expect(statuses.at(-1)).toBe(429);
    expect((await push('{"callsessionid":"let-in-all-the-same"}')).status).toBe(200);
  });

  it('nginx disconnects a sender that never completes its headers', async () => {
    const socket = connect({ host: 'localhost', port: Number(ports.tls), ca: agent.options.ca });
    socket.on('error', () => undefined);
    socket.write('POST /webhooks/jet HTTP/1.1\r\nHost: localhost\r\n');
    // Counted, not timed: a busy machine makes them fewer. nginx waits for 60 s by default.
    let halfSeconds = 0;
    const counter = setInterval(() => (halfSeconds += 1), 500);
    await new Promise((resolve) => socket.on('close', resolve).resume());
    clearInterval(counter);
    expect(halfSeconds).toBeLessThan(60);
  });

  it('nginx answers 503 with Retry-After while no receiver runs, and forwards again once one does', async () => {
    await stop(receiver);
    const answer = await push('{"callsessionid":"away"}');
    expect([answer.status, answer.headers['retry-after']]).toEqual([503, '5']);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(JSON.parse(answer.text)).toMatchObject({ status: 503, code: 'store_unavailable' });
    receiver = await start(ports.first);
    expect((await push('{"callsessionid":"away"}')).status).toBe(200);
  });

  it('nginx loses no push while two receivers are restarted one after the other', async () => {
    let second = await start(ports.second);
    let over = false;
    const refused: number[] = [];
    let sent = 0;
    const sending = Promise.all(
      Array.from({ length: 6 }, async (_none, sender) => {
        while (!over) {
          const { status } = await push(`{"callsessionid":"rolling-${sender}-${(sent += 1)}"}`);
          if (status !== 200) refused.push(status);
        }
      }),
    );
    await until(() => expect(sent).toBeGreaterThan(50));
    await stop(receiver);
    receiver = await start(ports.first);
    await stop(second);
    second = await start(ports.second);
    over = true;
    await sending;
    await stop(second);
    expect(refused).toEqual([]);
  });
});
