import { randomText } from '../../src/auth/secrets.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startRunningReceiver, type RunningReceiver } from '../fixtures/running-receiver.ts';

const value = 'a-secret-of-24-characters';
const metricsToken = 'a-token-for-the-figures';
const guesser = '203.0.113.1';
const dayMs = 86_400_000;

let nowMs: number;
let receiver: RunningReceiver;
beforeEach(async () => {
  nowMs = Date.now();
  receiver = await startRunningReceiver({
    clock: () => nowMs,
    // The tests choose their address in the header that a proxy would send.
    settings: {
      TRUST_PROXY: 'loopback',
      WEBHOOK_HEADER_NAME: 'X-Webhook-Key',
      WEBHOOK_HEADER_VALUE: value,
      METRICS_TOKEN: metricsToken,
    },
  });
});
afterEach(() => receiver.close());

type Send = (given: string, address?: string, more?: Record<string, string>) => Promise<Response>;

const push: Send = (given, address = guesser, more = {}) =>
  fetch(`${receiver.url}/webhooks/jet`, {
    method: 'POST',
    headers: {
      ...{ 'content-type': 'application/json', 'x-forwarded-for': address, 'x-webhook-key': given },
      ...more,
    },
    body: '{"callsessionid":"guess"}',
  });

const scrape: Send = (given, address = guesser) =>
  fetch(`${receiver.url}/metrics`, {
    headers: { 'x-forwarded-for': address, authorization: `Bearer ${given}` },
  });

async function fail(send: Send, times = 11, address = guesser): Promise<number[]> {
  const statuses: number[] = [];
  for (let number = 0; number < times; number += 1) {
    statuses.push((await send(`wrong ${number}`, address)).status);
  }
  return statuses;
}

describe.each([
  ['the fixed header', push, value],
  ['METRICS_TOKEN', scrape, metricsToken],
])('guesses at %s', (_what, send, right) => {
  it('guesses are answered 429 after ten', async () => {
    expect(await fail(send)).toEqual([...Array<number>(10).fill(401), 429]);
  });

  it('guesses are not checked while their address is blocked, but are checked again afterwards', async () => {
    await fail(send);
    const blocked = await send(right);
    expect([blocked.status, blocked.headers.get('retry-after')]).toEqual([429, '1']);
    nowMs += 1_000;
    expect((await send(right)).status).toBe(200);
  });

  it('guesses do not block an address that succeeded in the last seven days', async () => {
    expect((await send(right)).status).toBe(200);
    nowMs += 7 * dayMs;
    await fail(send);
    expect((await send(right)).status).toBe(200);
  });

  it('guesses block an address that succeeded longer ago', async () => {
    expect((await send(right)).status).toBe(200);
    nowMs += 7 * dayMs + 1;
    await fail(send);
    expect((await send(right)).status).toBe(429);
  });

  it('guesses do not block another address', async () => {
    await fail(send);
    expect((await send(right, '203.0.113.2')).status).toBe(200);
  });

  it('guesses count for all addresses of one /64 and for no other address', async () => {
    for (let number = 0; number < 11; number += 1) await send('wrong', `2001:db8:1:2::${number}`);
    expect((await send(right, '2001:db8:1:2:3:4:5:6')).status).toBe(429);
    expect((await send(right, '2001:db8:1:3::1')).status).toBe(200);
  });

  it('guesses count for the IPv4 address inside an IPv4-mapped address', async () => {
    await fail(send, 11, `::ffff:${guesser}`);
    expect((await send(right)).status).toBe(429);
  });
});

describe('a sender that is blocked for its fixed header', () => {
  it('a sender that is blocked for its fixed header gets in when it also has a valid access token', async () => {
    await fail(push);
    const authorization = `Bearer ${await receiver.takeToken()}`;
    expect((await push(value, guesser, { authorization })).status).toBe(200);
  });

  it('a sender that is blocked for its fixed header is not blocked for pushes without the header', async () => {
    for (let number = 0; number < 15; number += 1)
      await fetch(`${receiver.url}/webhooks/jet`, { method: 'POST' });
    expect((await push(value, '127.0.0.1')).status).toBe(200);
  });
});

describe('/readyz', () => {
  it('/readyz checks no token of a blocked address, and answers it like a stranger', async () => {
    await fail(scrape);
    const headers = { 'x-forwarded-for': guesser, authorization: `Bearer ${metricsToken}` };
    expect((await fetch(`${receiver.url}/readyz`, { headers })).status).toBe(200);
    expect((await scrape(metricsToken)).status).toBe(429);
  });
});

describe('a webhook login that fails', () => {
  const linesOf = (): Record<string, unknown>[] =>
    receiver.logLines
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter(({ msg }) => msg === 'A webhook login failed');

  it.each([
    ['header', { 'x-webhook-key': 'wrong' }],
    ['bearer', { authorization: 'Bearer wrong' }],
    ['bearer', { authorization: `Bearer ${randomText()}` }],
    ['basic', { authorization: 'Basic d3Jvbmc6d3Jvbmc=' }],
    ['other', { authorization: 'wrong' }],
    ['none', {}],
  ])(
    'a failed webhook login with the credential %s is logged with path, code and address',
    async (credential, more) => {
      const headers = { 'x-forwarded-for': guesser, ...(more as Record<string, string>) };
      await fetch(`${receiver.url}/webhooks/jet/call-end`, { method: 'POST', headers });
      expect(linesOf()).toMatchObject([
        { credential, path: '/webhooks/jet/call-end', code: 'not_authenticated', address: guesser },
      ]);
      expect(receiver.logLines.join('')).not.toContain('wrong');
    },
  );

  it('failed webhook logins are logged at most once a second, with the number of failures', async () => {
    const startedMs = performance.now();
    await fail(push, 100);
    const tookMs = performance.now() - startedMs;
    await receiver.close();
    const counts = linesOf().map(({ count = 1 }) => count as number);
    expect(counts.length).toBeLessThanOrEqual(2 + tookMs / 1_000);
    expect(counts.reduce((sum, count) => sum + count)).toBe(100);
  });
});

describe('a guess is logged with its path, its code, the kind of credential and the address', () => {
  const secret: Send = (given, address = guesser) =>
    fetch(`${receiver.url}/oauth/token`, {
      method: 'POST',
      headers: { 'x-forwarded-for': address },
      body: new URLSearchParams({
        ...{ grant_type: 'client_credentials', client_id: receiver.client.clientId, client_secret: given },
      }),
    });

  it.each([
    ['header', push, { path: '/webhooks/jet', code: 'not_authenticated', credential: 'header' }],
    ['METRICS_TOKEN', scrape, { path: '/metrics', code: 'not_authenticated', credential: 'metrics token' }],
    ['client secret', secret, { path: '/oauth/token', code: 'invalid_client', credential: 'client secret' }],
  ])(
    'a guess is logged with its path, its code, the kind of credential and the address: %s',
    async (_what, send, expected) => {
      await send('wrong');
      const lines = receiver.logLines.map((line) => JSON.parse(line) as object);
      expect(lines).toContainEqual(expect.objectContaining({ ...expected, address: guesser }));
    },
  );
});
