import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { basic, IssuerUnderTest, password, times, type TokenAnswer } from './issuer-under-test.ts';
import type { Page, Visitor } from './visitor.ts';

let issuer: IssuerUnderTest;
beforeEach(async () => {
  // With this setting, the tests can choose their address in a header, as a proxy does.
  issuer = await IssuerUnderTest.start({ TRUST_PROXY: 'loopback' });
});
afterEach(() => issuer.close());

const attacker = '203.0.113.1';
const stranger = '203.0.113.2';
const grant = { grant_type: 'client_credentials' };

describe('failures at the token endpoint', () => {
  const ask = (secret: string, address = attacker, path = '/oauth/token'): Promise<TokenAnswer> =>
    issuer.ask(path, {
      headers: { 'x-forwarded-for': address, ...basic(issuer.client.clientId, secret) },
      body: new URLSearchParams(grant),
    });

  it('failures at the token endpoint are answered 429 with Retry-After after ten', async () => {
    const answers: TokenAnswer[] = [];
    for (let number = 0; number < 11; number += 1) answers.push(await ask('wrong'));
    expect(answers.map(({ status }) => status)).toEqual([...Array<number>(10).fill(401), 429]);
    expect(answers[10]?.headers.get('retry-after')).toBe('1');
    expect(answers[10]?.headers.get('cache-control')).toBe('no-store');
    expect(answers[10]?.body.error).toBe('slow_down');
  });

  it('failures at the token endpoint double the wait each time, up to 15 minutes', async () => {
    for (let number = 0; number < 10; number += 1) await ask('wrong');
    const waits: number[] = [];
    for (let number = 0; number < 12; number += 1) {
      const wait = Number((await ask('wrong')).headers.get('retry-after'));
      waits.push(wait);
      issuer.clock.aheadMs += wait * 1000;
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
  });

  it('failures at the token endpoint never block the right secret, not even from the attacker’s address', async () => {
    await times(100, () => ask('wrong'));
    expect((await ask(issuer.client.clientSecret)).status).toBe(200);
  });

  it('failures at the token endpoint do not affect another address, even after a thousand', async () => {
    for (let round = 0; round < 10; round += 1) await times(100, () => ask('wrong'));
    expect((await ask(issuer.client.clientSecret, stranger)).status).toBe(200);
    expect((await ask('wrong', stranger)).status).toBe(401);
  });

  it('failures at the token endpoint are forgotten after an hour without a failure', async () => {
    for (let number = 0; number < 12; number += 1) await ask('wrong');
    issuer.clock.aheadMs += 3_600_001;
    expect((await ask('wrong')).status).toBe(401);
  });

  it('failures at the token endpoint are counted together with those at the revocation endpoint', async () => {
    for (let number = 0; number < 10; number += 1) await ask('wrong', attacker, '/oauth/revoke');
    expect((await ask('wrong')).status).toBe(429);
  });

  it('failures at the token endpoint are counted for every way to send credentials', async () => {
    const { clientId } = issuer.client;
    const headers = { 'x-forwarded-for': attacker };
    const fields = { ...grant, client_id: clientId, client_secret: 'wrong' };
    for (let number = 0; number < 5; number += 1) {
      await issuer.ask('/oauth/token', { headers, body: new URLSearchParams(fields) });
      const json = { ...headers, 'content-type': 'application/json' };
      await issuer.ask('/oauth/token', { headers: json, body: JSON.stringify(fields) });
    }
    expect((await ask('wrong')).status).toBe(429);
  });

  it('a wrong token request with right credentials does not count as a failure', async () => {
    const headers = { 'x-forwarded-for': attacker };
    await times(30, () => issuer.ask('/oauth/token', { headers, body: new URLSearchParams({ a: 'b' }) }));
    await times(30, () => issuer.refresh('made-up'));
    expect((await ask('wrong')).status).toBe(401);
  });

  it('a stranger’s forwarding header cannot blame failures on another address', async () => {
    const direct = await IssuerUnderTest.start();
    const headers = (number: number): Record<string, string> => ({
      'x-forwarded-for': `198.51.100.${number}`,
    });
    const fields = { ...grant, client_id: direct.client.clientId, client_secret: 'wrong' };
    const answers: TokenAnswer[] = [];
    for (let number = 0; number < 11; number += 1) {
      const init = { headers: headers(number), body: new URLSearchParams(fields) };
      answers.push(await direct.ask('/oauth/token', init));
    }
    await direct.close();
    expect(answers[10]?.status).toBe(429);
  });
});

/** Makes a browser that signed in before and has no session any more. */
async function signedInBefore(): Promise<Visitor> {
  const browser = issuer.visitor();
  const answer = await browser.submit(issuer.authorizePath(), { step: 'sign-in', password });
  expect(answer.headers.getSetCookie()).toContainEqual(
    expect.stringMatching(
      /^jet-device=[^;]+; Max-Age=15552000; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Strict$/,
    ),
  );
  browser.cookies.delete('jet-session');
  return browser;
}

describe('failures to sign in', () => {
  async function signIn(given: string, address = attacker): Promise<Page> {
    const visitor = issuer.visitor();
    const path = issuer.authorizePath();
    const { csrf } = await visitor.get(path);
    const form = { csrf, step: 'sign-in', password: given };
    return visitor.post(path, form, { 'x-forwarded-for': address });
  }

  // An empty password counts like any other wrong one, but needs no slow password hash.
  const fail = async (count: number): Promise<Page[]> => {
    const pages: Page[] = [];
    for (let number = 0; number < count; number += 1) pages.push(await signIn(''));
    return pages;
  };

  /** Fails until a block lasts a minute. That is long enough to test it on a busy machine. */
  const block = async (send = (): Promise<Page> => signIn('')): Promise<void> => {
    for (;;) {
      const waitMs = Number((await send()).headers.get('retry-after')) * 1_000;
      if (waitMs > 60_000) return;
      issuer.clock.aheadMs += waitMs;
    }
  };

  it('failures to sign in are answered 429 with Retry-After after ten, on a page that says how long to wait', async () => {
    const pages = [...(await fail(9)), await signIn('wrong'), await signIn('wrong')];
    expect(pages.map(({ status }) => status)).toEqual([...Array<number>(10).fill(401), 429]);
    expect(pages[10]?.headers.get('retry-after')).toBe('1');
    expect(pages[10]?.text).toContain('Wait 1 second ');
  });

  it('failures to sign in block the right password while their address is blocked, and no longer', async () => {
    await block();
    const blocked = await signIn(password);
    expect(blocked.status).toBe(429);
    expect(blocked.text).toContain('the password was not checked');
    issuer.clock.aheadMs += Number(blocked.headers.get('retry-after')) * 1_000;
    expect((await signIn(password)).status).toBe(303);
  });

  it('failures to sign in do not reach the password hash while their address is blocked', async () => {
    await block();
    // If they did, two would wait for a hash, and the others would get the answer that the server is busy.
    const pages = await times(40, () => signIn('wrong'));
    expect(pages.filter(({ text }) => text.includes('the password was not checked')).length).toBe(40);
  });

  it('failures to sign in are counted together for all addresses of one /64', async () => {
    let number = 0;
    await block(() => signIn('', `2001:db8:1:2::${(number += 1)}`));
    expect((await signIn(password, '2001:db8:1:2:ffff::1')).status).toBe(429);
    expect((await signIn(password, '2001:db8:1:3::1')).status).toBe(303);
  });

  it('failures to sign in do not block a browser that signed in before, not even at the attacker’s address', async () => {
    const browser = await signedInBefore();
    await fail(15);
    const answer = await browser.submit(issuer.authorizePath(), { step: 'sign-in', password });
    expect(answer.status).toBe(303);
  });

  it('failures to sign in are also throttled for a browser that signed in before', async () => {
    const browser = await signedInBefore();
    await block(() => browser.submit(issuer.authorizePath(), { step: 'sign-in', password: '' }));
    expect((await browser.submit(issuer.authorizePath(), { step: 'sign-in', password })).status).toBe(429);
  });

  it('failures with a forged or expired device cookie are counted for the address', async () => {
    const browser = await signedInBefore();
    const [, value = ''] = [...browser.cookies].find(([name]) => name === 'jet-device') ?? [];
    browser.cookies.set('jet-device', `${value.startsWith('a') ? 'b' : 'a'}${value.slice(1)}`);
    await block(() => signIn('', stranger));
    const send = async (): Promise<Page> => {
      const { csrf } = await browser.get(issuer.authorizePath());
      const form = { csrf, step: 'sign-in', password };
      return browser.post(issuer.authorizePath(), form, { 'x-forwarded-for': stranger });
    };
    expect((await send()).status).toBe(429);
    browser.cookies.set('jet-device', value);
    issuer.clock.aheadMs += 180 * 86_400_000;
    await block(() => signIn('', stranger));
    expect((await send()).status).toBe(429);
  });

  it('failures to sign in do not affect another address', async () => {
    await fail(15);
    expect((await signIn('wrong', stranger)).status).toBe(401);
  });
});

describe('simultaneous sign-ins', () => {
  async function prepare(address: string): Promise<(given: string) => Promise<Page>> {
    const visitor = issuer.visitor();
    const path = issuer.authorizePath();
    const { csrf } = await visitor.get(path);
    return (given) =>
      visitor.post(path, { csrf, step: 'sign-in', password: given }, { 'x-forwarded-for': address });
  }

  it('simultaneous sign-ins from one address are limited to two, and the others must try again', async () => {
    const ready = await times(20, () => prepare(attacker));
    const pages = await Promise.all(ready.map((send) => send('wrong')));
    expect(pages.filter(({ status }) => status === 401).length).toBeLessThanOrEqual(4);
    const busy = pages.filter(({ status }) => status === 429);
    expect(busy.length).toBeGreaterThanOrEqual(16);
    expect(new Set(busy.map(({ headers }) => headers.get('retry-after')))).toEqual(new Set(['5']));
  });

  it('simultaneous sign-ins from one address do not block the operator at another', async () => {
    const ready = await times(20, () => prepare(attacker));
    const operator = await prepare(stranger);
    const flood = ready.map((send) => send('wrong'));
    const answer = await operator(password);
    await Promise.all(flood);
    expect(answer.status).toBe(303);
  });

  it('simultaneous sign-ins from twenty addresses do not block a browser that signed in before', async () => {
    const browser = await signedInBefore();
    const { csrf } = await browser.get(issuer.authorizePath());
    const ready = await times(20, (index) => prepare(`198.51.100.${index}`));
    const flood = ready.map((send) => send('wrong'));
    await Promise.race(flood);
    const answer = await browser.post(issuer.authorizePath(), { csrf, step: 'sign-in', password });
    await Promise.all(flood);
    expect(answer.status).toBe(303);
  });

  it('simultaneous sign-ins from twenty addresses are limited to eight', async () => {
    const ready = await times(20, (index) => prepare(`198.51.100.${index}`));
    const pages = await Promise.all(ready.map((send) => send('wrong')));
    expect(pages.filter(({ status }) => status === 401).length).toBeLessThan(20);
    expect(pages.some(({ status }) => status === 429)).toBe(true);
  });
});
