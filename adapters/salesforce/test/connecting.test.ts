import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { signAssertion } from '../api/assertion.ts';
import { createTransport, type ReplyFacts } from '../api/transport.ts';
import { AdapterMisconfigured, DestinationUnavailable } from '../../../src/contract/errors.ts';
import { root } from '../../../test/house/source-files.ts';
import { annsNumber, callFrom, openOrg } from './org-under-test.ts';

describe('a token', () => {
  it('a token is requested once, and used until the org refuses it', async () => {
    const { org, land } = await openOrg();
    await land(callFrom(annsNumber));
    await land(callFrom(annsNumber, {}, 'call-2'));
    expect(org.log.tokenRequests()).toBe(1);
    org.expireTokens();
    await land(callFrom(annsNumber, {}, 'call-3'));
    expect(org.log.tokenRequests()).toBe(2);
  });

  it('a token that is always refused is requested once a batch, and then the destination counts as misconfigured', async () => {
    const { org, land, deliver } = await openOrg();
    await land(callFrom(annsNumber));
    org.log.clear();
    org.stage({ name: 'session refused' }, { on: 'api', times: Infinity });
    await expect(deliver([callFrom(annsNumber, {}, 'call-2')])).rejects.toThrow(AdapterMisconfigured);
    expect(org.log.all.map(({ kind }) => kind)).toEqual(['create', 'token', 'create']);
  });

  it('a token that expired after the clock was set back is replaced at the next batch', async () => {
    const { org, land, deliver } = await openOrg();
    await land(callFrom(annsNumber));
    org.expireTokens();
    await land(callFrom(annsNumber, {}, 'call-2'));
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 3_600_000 });
    onTestFinished(() => void vi.useRealTimers());
    org.expireTokens();
    org.log.clear();
    const third = callFrom(annsNumber, {}, 'call-3');
    await expect(deliver([third])).rejects.toThrow(DestinationUnavailable);
    expect(org.log.all.map(({ kind }) => kind)).toEqual(['create', 'create']);
    await land(third);
    expect(org.records('Task')).toHaveLength(3);
  });

  it.each([
    ['login.example.my', 'https://login.salesforce.com'],
    ['acme--dev.sandbox.my', 'https://test.salesforce.com'],
    ['ruby-fox-1234-dev-ed.scratch.my', 'https://test.salesforce.com'],
  ])('a token is requested with an assertion for the login host of %s', (host, audience) => {
    const { privateKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    });
    const who = { clientId: 'id', username: 'jet@example.com', privateKey };
    const [, claims = ''] = signAssertion({ ...who, loginUrl: `https://${host}.salesforce.com` }, 0).split(
      '.',
    );
    expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({ aud: audience });
  });

  it.each([
    ['invalid_client', 'SALESFORCE_CLIENT_SECRET'],
    ['invalid_client_id', 'Consumer Key'],
    ['invalid_grant', 'Run As'],
  ] as const)(
    'a token that is refused with %s stops the destination, with what to do',
    async (error, remedy) => {
      const { org, deliver } = await openOrg();
      org.stage({ name: 'token refused', error }, { on: 'token' });
      const refused = deliver([callFrom(annsNumber)]);
      await expect(refused).rejects.toThrow(AdapterMisconfigured);
      await expect(refused).rejects.toMatchObject({ remedy: expect.stringContaining(remedy) as string });
    },
  );

  it('a token is requested with a signed assertion when a private key is set', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    });
    const username = 'jet@example.com';
    const { org, land, tasks } = await openOrg(
      { SALESFORCE_CLIENT_SECRET: '', SALESFORCE_USERNAME: username, SALESFORCE_PRIVATE_KEY: privateKey },
      { jwt: { publicKey, username } },
    );
    await land(callFrom(annsNumber));
    expect(tasks()).toHaveLength(1);
    expect(org.log.of('token')[0]?.body).toMatchObject({
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    });
  });

  it.each([
    ['without an identity', '{"access_token":"t","instance_url":"http://127.0.0.1:9"}'],
    [
      'with an instance of another scheme',
      '{"access_token":"t","instance_url":"ftp://a","id":"https://a/id/o/u"}',
    ],
    ['without a token', '{"instance_url":"http://127.0.0.1:9","id":"https://a/id/o/u"}'],
    ['that is a page', '<html></html>'],
  ])('a call waits when the answer to the token request is one %s', async (_what, body) => {
    const url = await listen((_request, response) => response.end(body));
    const { deliver } = await openOrg({ SALESFORCE_LOGIN_URL: url });
    const refused = deliver([callFrom(annsNumber)]);
    await expect(refused).rejects.toThrow(DestinationUnavailable);
    await expect(refused).rejects.toThrow('My Domain');
  });
});

describe('the transport', () => {
  it('the transport gives up when an answer stops in the middle', async () => {
    const url = await listen((_request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{');
    });
    await expect(exchange(url, 200)).rejects.toThrow('longer than 0.2 s');
  });

  it('the transport sends a request once, whatever the answer', async () => {
    let requests = 0;
    const url = await listen((request) => {
      requests += 1;
      request.socket.destroy();
    });
    await expect(exchange(url, 2_000)).rejects.toThrow('UND_ERR_SOCKET');
    expect(requests).toBe(1);
  });

  it('the transport does not follow a redirect', async () => {
    const seen: (string | undefined)[] = [];
    const url = await listen((request, response) => {
      seen.push(request.url);
      response.writeHead(302, { location: '/elsewhere' }).end();
    });
    await expect(exchange(url, 2_000)).rejects.toThrow('redirect (302)');
    expect(seen).toEqual(['/']);
  });

  it('the transport stops when its signal aborts', async () => {
    const url = await listen(() => undefined);
    await expect(exchange(url, 60_000, AbortSignal.timeout(50))).rejects.toThrow('the request was cancelled');
  });

  it('the transport reports the used requests and the time to wait', async () => {
    const headers = {
      'sforce-limit-info': 'api-usage=18/5000; per-app-api-usage=17/250',
      'retry-after': '7',
    };
    const url = await listen((_request, response) => response.writeHead(429, headers).end('[]'));
    const facts: ReplyFacts[] = [];
    await exchange(url, 2_000, undefined, (reply) => facts.push(reply));
    expect(facts).toEqual([{ status: 429, retryAfterMs: 7_000, usage: { used: 18, limit: 5_000 } }]);
  });

  it("the transport computes the time to wait from a date, by the server's clock", async () => {
    const headers = { date: 'Sun, 22 Nov 2026 01:00:00 GMT', 'retry-after': 'Sun, 22 Nov 2026 01:00:30 GMT' };
    const url = await listen((_request, response) => response.writeHead(503, headers).end('[]'));
    const facts: ReplyFacts[] = [];
    await exchange(url, 2_000, undefined, (reply) => facts.push(reply));
    expect(facts).toMatchObject([{ retryAfterMs: 30_000 }]);
  });

  it('the transport distinguishes a missing answer from an interrupted one', async () => {
    const silent = await listen(() => undefined);
    await expect(exchange(silent, 100)).rejects.toThrow('it took longer than 0.1 s');
    const broken = await listen((request) => request.socket.destroy());
    await expect(exchange(broken, 2_000)).rejects.toThrow('UND_ERR_SOCKET');
  });
});

describe('jsforce', () => {
  it('a receiver without the Salesforce adapter does not load jsforce', () => {
    const script = `
      import { createRequire } from 'node:module';
      const { adapters } = await import('./dist/adapters/index.js');
      const cached = Object.keys(createRequire(import.meta.url).cache);
      console.log(adapters.length, cached.filter((file) => file.includes('/jsforce/')).length);
    `;
    const args = ['--input-type=module', '-e', script];
    const output = execFileSync(process.execPath, args, { cwd: join(root), encoding: 'utf8' });
    expect(output.trim()).toMatch(/^[1-9]\d* 0$/);
  });
});

async function listen(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function exchange(
  url: string,
  deadlineMs: number,
  signal?: AbortSignal,
  onReply?: (facts: ReplyFacts) => void,
): Promise<unknown> {
  const { Transport } = await import('jsforce/lib/transport.js');
  const { StreamPromise } = await import('jsforce/lib/util/promise.js');
  const transport = createTransport({ Transport, StreamPromise }, deadlineMs, {
    ...(signal && { signal }),
    ...(onReply && { onReply }),
  });
  return await transport.httpRequest({ method: 'POST', url, body: '{}' });
}
