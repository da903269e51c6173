import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
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
// What failed two hours ago is forgotten.
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
  it('are free ten times', async () => {
    expect((await fail(10)).map(({ status }) => status)).toEqual(Array(10).fill(401));
  });

  it('are answered 429 from the eleventh on', async () => {
    const [, last] = [await fail(10), await knock()];
    expect(last.status).toBe(429);
    expect(await last.json()).toMatchObject({ code: 'too_many_failures', status: 429 });
  });

  it('are told to wait twice as long each time, up to 15 minutes', async () => {
    await fail(10);
    const waits: number[] = [];
    for (let number = 0; number < 12; number += 1) {
      const wait = Number((await knock()).headers.get('retry-after'));
      waits.push(wait);
      nowMs += wait * 1000;
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
  });

  it('within a wait do not make it longer', async () => {
    await fail(12);
    expect((await knock()).headers.get('retry-after')).toBe('1');
  });

  it('never keep a valid token out', async () => {
    await fail(30);
    const authorization = `Bearer ${await receiver.takeToken()}`;
    expect((await knock({ authorization })).status).toBe(200);
  });

  it('count the same whatever X-Forwarded-For says, when no proxy is trusted', async () => {
    for (let number = 0; number < 10; number += 1) await knock({ 'x-forwarded-for': `10.0.0.${number}` });
    expect((await knock({ 'x-forwarded-for': '10.0.0.99', forwarded: 'for=10.1.1.1' })).status).toBe(429);
  });

  it('count for the address that a trusted proxy names', async () => {
    await fail(11, { 'x-forwarded-for': '203.0.113.1' }, behindProxy);
    expect((await knock({ 'x-forwarded-for': '203.0.113.1' }, behindProxy)).status).toBe(429);
    expect((await knock({ 'x-forwarded-for': '203.0.113.2' }, behindProxy)).status).toBe(401);
  });

  it('count for the last address before the trusted proxy, not for one that the client put in front', async () => {
    for (let number = 0; number < 10; number += 1) {
      await knock({ 'x-forwarded-for': `10.9.9.${number}, 203.0.113.7` }, behindProxy);
    }
    expect((await knock({ 'x-forwarded-for': '1.1.1.1, 203.0.113.7' }, behindProxy)).status).toBe(429);
  });

  it('at the webhooks do not count at the token endpoint', async () => {
    await fail(20);
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: 'x',
      client_secret: 'y',
    });
    expect((await fetch(`${receiver.url}/oauth/token`, { method: 'POST', body })).status).toBe(401);
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

  it('are answered 429 with Retry-After after ten, in the shape of OAuth errors', async () => {
    for (let number = 0; number < 10; number += 1) expect((await ask('wrong')).status).toBe(401);
    const answer = await ask('wrong');
    expect(answer.status).toBe(429);
    expect(answer.headers.get('retry-after')).toBe('1');
    expect(await answer.json()).toMatchObject({ error: 'slow_down' });
  });

  it('never keep the right secret out', async () => {
    for (let number = 0; number < 15; number += 1) await ask('wrong');
    expect((await ask(receiver.client.clientSecret)).status).toBe(200);
  });

  it('that lack a grant type are not failures of credentials', async () => {
    const post = (): Promise<Response> =>
      fetch(`${receiver.url}/oauth/token`, { method: 'POST', body: 'a=b' });
    for (let number = 0; number < 20; number += 1) await post();
    expect((await post()).status).toBe(400);
  });
});
