import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { IssuerUnderTest, password } from './issuer-under-test.ts';
import type { Visitor } from './visitor.ts';

let issuer: IssuerUnderTest;
let visitor: Visitor;
let path: string;
beforeAll(async () => {
  issuer = await IssuerUnderTest.start();
  path = issuer.authorizePath();
});
afterAll(() => issuer.close());
beforeEach(() => {
  visitor = issuer.visitor();
});

const signIn = { step: 'sign-in', password };
const isSignedIn = async (who = visitor): Promise<boolean> => (await who.get(path)).isConsent;

describe('signing in', () => {
  it('signing in with the password leads to the decision page', async () => {
    const answer = await visitor.submit(path, signIn);
    expect(answer.status).toBe(303);
    expect(new URL(answer.location ?? '', `${issuer.url}${path}`).href).toBe(`${issuer.url}${path}`);
    expect((await visitor.get(path)).isConsent).toBe(true);
  });

  it.each([
    ['wrong', 'not the password!!'],
    ['empty', ''],
    ['one character too short', password.slice(0, -1)],
    ['in a different case', password.toUpperCase()],
  ])('signing in with a password that is %s is 401, and the page says so', async (_what, given) => {
    issuer.clock.aheadMs += 2 * 3_600_000;
    const { status, isSignIn, text } = await visitor.submit(path, { step: 'sign-in', password: given });
    expect([status, isSignIn]).toEqual([401, true]);
    expect(text).toContain('role="alert"');
  });

  it('signing in accepts no password from the query, because queries are logged', async () => {
    const query = `${path}&password=${encodeURIComponent(password)}`;
    expect((await visitor.submit(query, { step: 'sign-in' })).status).toBe(401);
  });

  it('signing in gives the session a new id, so that an id planted by an attacker is useless', async () => {
    await visitor.get(path);
    const planted = new Map(visitor.cookies);
    await visitor.submit(path, signIn);
    const attacker = issuer.visitor();
    for (const [name, value] of planted) attacker.cookies.set(name, value);
    expect([...visitor.cookies]).not.toEqual([...planted]);
    expect([await isSignedIn(), await isSignedIn(attacker)]).toEqual([true, false]);
  });

  it('signing in does not sign in another browser', async () => {
    await visitor.submit(path, signIn);
    expect(await isSignedIn(issuer.visitor())).toBe(false);
  });

  it('a stranger who only loads the page stores no row', async () => {
    // Housekeeping can remove expired rows meanwhile, so only new rows count.
    const hashes = (): Promise<string[]> => issuer.receiver.store.reader.knex('sessions').pluck('hash');
    const before = await hashes();
    for (let number = 0; number < 20; number += 1) await issuer.visitor().get(path);
    await visitor.submit(path, { step: 'sign-in', password: 'wrong' });
    expect((await hashes()).filter((hash) => !before.includes(hash))).toEqual([]);
  });
});

describe('a cookie', () => {
  it('a forged cookie gives no session', async () => {
    await visitor.submit(path, signIn);
    const [[name, value] = ['', '']] = visitor.cookies;
    const forged = issuer.visitor();
    forged.cookies.set(name, `${value.slice(0, -3)}abc`);
    expect(await isSignedIn(forged)).toBe(false);
  });

  it('a cookie is for this host only, is HttpOnly and is not sent with cross-site forms', async () => {
    const { headers } = await visitor.get(path);
    expect(headers.getSetCookie()).toEqual([
      expect.stringMatching(/^jet-session=[^;]+; Path=\/; HttpOnly; SameSite=Lax$/),
    ]);
  });

  it('a cookie is Secure with the __Host- prefix when PUBLIC_URL is https, for every request', async () => {
    const https = await IssuerUnderTest.start({ PUBLIC_URL: 'https://calls.example.com' });
    const { headers } = await https.visitor().get(https.authorizePath(), { 'x-forwarded-proto': 'http' });
    await https.close();
    expect(headers.getSetCookie()).toEqual([
      expect.stringMatching(/^__Host-jet-session=[^;]+; Path=\/; HttpOnly; Secure; SameSite=Lax$/),
    ]);
  });

  it('no cookie is set when the request is refused on a page', async () => {
    const { headers } = await visitor.get(issuer.authorizePath({ redirect_uri: 'https://evil.example/' }));
    expect(headers.getSetCookie()).toEqual([]);
  });
});

describe('a session', () => {
  it('a session is valid after 29 minutes without use, and after another 29', async () => {
    await visitor.submit(path, signIn);
    issuer.clock.aheadMs += 29 * 60_000;
    expect(await isSignedIn()).toBe(true);
    issuer.clock.aheadMs += 29 * 60_000;
    expect(await isSignedIn()).toBe(true);
  });

  it('a session expires after 30 minutes without use', async () => {
    await visitor.submit(path, signIn);
    issuer.clock.aheadMs += 30 * 60_000;
    expect(await isSignedIn()).toBe(false);
  });

  it('a session expires after 8 hours, no matter how often it is used', async () => {
    await visitor.submit(path, signIn);
    const alive: boolean[] = [];
    for (let minutes = 0; minutes < 8 * 60; minutes += 20) {
      issuer.clock.aheadMs += 20 * 60_000;
      alive.push(await isSignedIn());
    }
    expect([alive.slice(0, -1).includes(false), alive.at(-1)]).toEqual([false, false]);
  });

  it('an expired session cannot approve anything', async () => {
    await visitor.submit(path, signIn);
    const { csrf } = await visitor.get(path);
    issuer.clock.aheadMs += 30 * 60_000;
    const answer = await visitor.post(path, { csrf, step: 'approve' });
    expect([answer.location, answer.isSignIn]).toEqual([undefined, true]);
  });
});
