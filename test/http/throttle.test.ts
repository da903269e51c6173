import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { randomText } from '../../src/auth/secrets.ts';
import { startRunningReceiver, type RunningReceiver } from '../fixtures/running-receiver.ts';

let nowMs = Date.now();
const clock = (): number => nowMs;
let receiver: RunningReceiver;
let behindProxy: RunningReceiver;

beforeAll(async () => {
  receiver = await startRunningReceiver({ clock });
  behindProxy = await startRunningReceiver({ clock, settings: { TRUST_PROXY: 'loopback' } });
});
afterAll(() => Promise.all([receiver.close(), behindProxy.close()]));
// Failures of two hours ago no longer count.
beforeEach(() => void (nowMs += 2 * 3_600_000));

function knock(headers: Record<string, string> = {}, at = receiver): Promise<Response> {
  return fetch(`${at.url}/webhooks/jet`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: '{"callsessionid":"throttle"}',
  });
}

async function fail(times: number, headers: Record<string, string> = {}, at = receiver): Promise<Response[]> {
  const answers: Response[] = [];
  for (let number = 0; number < times; number += 1) answers.push(await knock(headers, at));
  return answers;
}

describe('failed attempts', () => {
  it('failed attempts do not block their sender the first ten times', async () => {
    expect((await fail(10)).map(({ status }) => status)).toEqual(Array(10).fill(401));
  });

  it('failed attempts are answered 429 from the eleventh on', async () => {
    const [, last] = [await fail(10), await knock()];
    expect(last.status).toBe(429);
    expect(await last.json()).toMatchObject({ code: 'too_many_failures', status: 429 });
  });

  it('failed attempts block their sender twice as long each time, up to 15 minutes', async () => {
    await fail(10);
    const waits: number[] = [];
    for (let number = 0; number < 12; number += 1) {
      const wait = Number((await knock()).headers.get('retry-after'));
      waits.push(wait);
      nowMs += wait * 1000;
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
  });

  it('failed attempts during a wait do not make it longer', async () => {
    await fail(12);
    expect((await knock()).headers.get('retry-after')).toBe('1');
  });

  it('failed attempts never block a valid token', async () => {
    await fail(30);
    const authorization = `Bearer ${await receiver.takeToken()}`;
    expect((await knock({ authorization })).status).toBe(200);
  });

  it('attempts with an expired token are answered 401 invalid_token after any number of others', async () => {
    const authorization = `Bearer ${await receiver.takeToken()}`;
    expect((await knock({ authorization })).status).toBe(200);
    nowMs += 3_600_000;
    await fail(30);
    expect((await knock()).status).toBe(429);
    const answer = await knock({ authorization });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="jet-receiver", error="invalid_token"');
  });

  it('fifty attempts with one expired token at once are all answered 401', async () => {
    const authorization = `Bearer ${await receiver.takeToken()}`;
    nowMs += 3_600_000;
    const answers = await Promise.all(Array.from({ length: 50 }, () => knock({ authorization })));
    expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(401));
  });

  it('attempts with invented tokens in our format do not count as guesses', async () => {
    for (let number = 0; number < 30; number += 1) {
      expect((await knock({ authorization: `Bearer ${randomText()}` })).status).toBe(401);
    }
    expect((await knock()).status).toBe(401);
  });

  it.each([
    ['no credentials', {}],
    ['a token of another length', { authorization: `Bearer ${'a'.repeat(42)}` }],
    ['a token with other characters', { authorization: `Bearer ${'a'.repeat(42)}-` }],
    ['another scheme', { authorization: `Basic ${'a'.repeat(43)}` }],
  ])('attempts with %s are throttled', async (_what, headers: Record<string, string>) => {
    await fail(10, headers);
    const answer = await knock(headers);
    expect(answer.status).toBe(429);
    expect(answer.headers.get('retry-after')).toBe('1');
  });

  it('failed attempts count independently of X-Forwarded-For when no proxy is trusted', async () => {
    for (let number = 0; number < 10; number += 1) await knock({ 'x-forwarded-for': `10.0.0.${number}` });
    expect((await knock({ 'x-forwarded-for': '10.0.0.99', forwarded: 'for=10.1.1.1' })).status).toBe(429);
  });

  it('failed attempts count for the address that a trusted proxy names', async () => {
    await fail(11, { 'x-forwarded-for': '203.0.113.1' }, behindProxy);
    expect((await knock({ 'x-forwarded-for': '203.0.113.1' }, behindProxy)).status).toBe(429);
    expect((await knock({ 'x-forwarded-for': '203.0.113.2' }, behindProxy)).status).toBe(401);
  });

  it('failed attempts count for the last address before the trusted proxy, not for an address that the client added', async () => {
    for (let number = 0; number < 10; number += 1) {
      await knock({ 'x-forwarded-for': `10.9.9.${number}, 203.0.113.7` }, behindProxy);
    }
    expect((await knock({ 'x-forwarded-for': '1.1.1.1, 203.0.113.7' }, behindProxy)).status).toBe(429);
  });

  it('failed attempts at the webhooks do not count at the token endpoint', async () => {
    await fail(20);
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: 'x',
      client_secret: 'y',
    });
    expect((await fetch(`${receiver.url}/oauth/token`, { method: 'POST', body })).status).toBe(401);
  });
});

describe('guesses at the fixed header', () => {
  const value = 'a-secret-of-24-characters';
  const wrong = 'a-secret-of-25-characters';

  async function tryElevenTimes(name: string, headers: () => Record<string, string>): Promise<number[]> {
    const guarded = await startRunningReceiver({
      settings: { WEBHOOK_HEADER_NAME: name, WEBHOOK_HEADER_VALUE: value },
    });
    try {
      const statuses: number[] = [];
      for (let number = 0; number < 11; number += 1) statuses.push((await knock(headers(), guarded)).status);
      return statuses;
    } finally {
      await guarded.close();
    }
  }

  it.each([
    ['alone', 'X-Webhook-Key', (): Record<string, string> => ({ 'x-webhook-key': wrong })],
    [
      'beside what looks like a token',
      'X-Webhook-Key',
      () => ({ 'x-webhook-key': wrong, authorization: `Bearer ${randomText()}` }),
    ],
    ['in Authorization', 'Authorization', () => ({ authorization: wrong })],
  ])('guesses at the fixed header are throttled: %s', async (_how, name, headers) => {
    expect(await tryElevenTimes(name, headers)).toEqual([...Array<number>(10).fill(401), 429]);
  });
});

describe('failed token requests', () => {
  const ask = (secret: string): Promise<Response> =>
    fetch(`${receiver.url}/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: receiver.client.clientId,
        client_secret: secret,
      }),
    });

  it('failed token requests are answered 429 with Retry-After after ten, in the format of OAuth errors', async () => {
    for (let number = 0; number < 10; number += 1) expect((await ask('wrong')).status).toBe(401);
    const answer = await ask('wrong');
    expect(answer.status).toBe(429);
    expect(answer.headers.get('retry-after')).toBe('1');
    expect(await answer.json()).toMatchObject({ error: 'slow_down' });
  });

  it('failed token requests never block the right secret', async () => {
    for (let number = 0; number < 15; number += 1) await ask('wrong');
    expect((await ask(receiver.client.clientSecret)).status).toBe(200);
  });

  it('token requests without a grant type do not count as failures of credentials', async () => {
    const post = (): Promise<Response> =>
      fetch(`${receiver.url}/oauth/token`, { method: 'POST', body: 'a=b' });
    for (let number = 0; number < 20; number += 1) await post();
    expect((await post()).status).toBe(400);
  });
});
