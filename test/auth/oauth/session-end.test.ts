import { afterEach, describe, expect, it } from 'vitest';
import { hashPassword } from '../../../src/auth/password.ts';
import { keepSetting } from '../../../src/store/kept-settings.ts';
import { IssuerUnderTest, password } from './issuer-under-test.ts';
import type { Visitor, Page } from './visitor.ts';

let issuer: IssuerUnderTest;
afterEach(() => issuer.close());

const otherPassword = 'battery horse staple correct';
const signIn = { step: 'sign-in', password };

const countSessions = async (): Promise<number> =>
  (await issuer.receiver.store.reader.knex('sessions').select('hash')).length;

async function fingerprintIn({ receiver }: IssuerUnderTest): Promise<string> {
  const row = await receiver.store.reader.knex('sessions').first<{ data: string }>('data');
  return /"passwordFingerprint":"([^"]*)"/.exec(row.data)?.[1] ?? '';
}

/** Restarts on the same folder, as after a change of the settings. */
async function restart(settings: Record<string, string>): Promise<void> {
  const { folder, client } = issuer;
  await issuer.receiver.close();
  issuer = await IssuerUnderTest.start(settings, folder);
  issuer.client = client;
}

/** Moves a browser with its cookies to the address of the new process. */
function sameBrowser(visitor: Visitor): Visitor {
  const same = issuer.visitor();
  for (const [name, value] of visitor.cookies) same.cookies.set(name, value);
  return same;
}

describe('a changed console password', () => {
  it('a changed console password ends a session, while a session with the same password survives a restart', async () => {
    issuer = await IssuerUnderTest.start();
    const path = issuer.authorizePath();
    const visitor = issuer.visitor();
    await visitor.submit(path, signIn);
    await restart({});
    expect((await sameBrowser(visitor).get(path)).isConsent).toBe(true);
    await restart({ CONSOLE_PASSWORD: otherPassword });
    expect((await sameBrowser(visitor).get(path)).isSignIn).toBe(true);
  });

  it('a changed console password ends every session for good, even if the old password is set again', async () => {
    issuer = await IssuerUnderTest.start();
    const path = issuer.authorizePath();
    const visitors = [issuer.visitor(), issuer.visitor()];
    for (const visitor of visitors) await visitor.submit(path, signIn);
    await restart({ CONSOLE_PASSWORD: otherPassword });
    const seen = await Promise.all(visitors.map((visitor) => sameBrowser(visitor).get(path)));
    expect(seen.map(({ isSignIn }) => isSignIn)).toEqual([true, true]);
    expect(await countSessions()).toBe(0);
    await restart({});
    expect((await sameBrowser(visitors[0] as Visitor).get(path)).isSignIn).toBe(true);
  });

  it('a changed console password makes the open forms of an old session useless', async () => {
    issuer = await IssuerUnderTest.start();
    const path = issuer.authorizePath();
    const visitor = issuer.visitor();
    await visitor.submit(path, signIn);
    const { csrf } = await visitor.get(path);
    await restart({ CONSOLE_PASSWORD: otherPassword });
    const answer = await sameBrowser(visitor).post(path, { csrf, step: 'approve' });
    expect([answer.location, answer.isSignIn]).toEqual([undefined, true]);
  });

  it('a changed console password works for a new sign-in in the browser with the old session', async () => {
    issuer = await IssuerUnderTest.start();
    const path = issuer.authorizePath();
    const visitor = issuer.visitor();
    await visitor.submit(path, signIn);
    await restart({ CONSOLE_PASSWORD: otherPassword });
    const same = sameBrowser(visitor);
    await same.submit(path, { ...signIn, password: otherPassword });
    expect((await same.get(path)).isConsent).toBe(true);
  });

  it('a session ends immediately when the stored password changes while the server runs', async () => {
    issuer = await IssuerUnderTest.start({ CONSOLE_PASSWORD: '' });
    const path = issuer.authorizePath();
    const visitor = issuer.visitor();
    const made = issuer.receiver.firstStart?.consolePassword ?? '';
    await visitor.submit(path, { ...signIn, password: made });
    expect((await visitor.get(path)).isConsent).toBe(true);
    await keepSetting(issuer.receiver.store, 'console_password_hash', await hashPassword(otherPassword));
    expect((await visitor.get(path)).isSignIn).toBe(true);
  });

  it('the fingerprint of the password in the database reveals nothing without the secret key', async () => {
    issuer = await IssuerUnderTest.start();
    const other = await IssuerUnderTest.start();
    const fingerprints: string[] = [];
    for (const each of [issuer, other]) {
      await each.visitor().submit(each.authorizePath(), signIn);
      fingerprints.push(await fingerprintIn(each));
    }
    await other.close();
    expect(fingerprints[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(fingerprints[0]).not.toBe(fingerprints[1]);
  });
});

describe('signing out', () => {
  async function signedIn(
    settings: Record<string, string> = {},
  ): Promise<{ visitor: Visitor; path: string }> {
    issuer = await IssuerUnderTest.start(settings);
    const visitor = issuer.visitor();
    await visitor.submit(issuer.authorizePath(), signIn);
    return { visitor, path: issuer.authorizePath() };
  }

  it('the page has a button to sign out only after the sign-in', async () => {
    const { visitor, path } = await signedIn();
    expect((await visitor.get(path)).text).toContain('name="step" value="sign-out"');
    expect((await issuer.visitor().get(path)).text).not.toContain('sign-out');
  });

  it('signing out ends the session in the store, so that a copy of its cookie is useless', async () => {
    const { visitor, path } = await signedIn();
    const copy = sameBrowser(visitor);
    await visitor.submit(path, { step: 'sign-out' });
    expect(await countSessions()).toBe(0);
    expect((await copy.get(path)).isSignIn).toBe(true);
  });

  it('signing out clears the cookie, and leads to the sign-in form', async () => {
    const { visitor, path } = await signedIn();
    const { status, headers, location } = await visitor.submit(path, { step: 'sign-out' });
    expect(headers.getSetCookie()).toEqual([
      'jet-session=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; SameSite=Lax',
    ]);
    expect([status, new URL(location ?? '', `${issuer.url}${path}`).href]).toEqual([
      303,
      `${issuer.url}${path}`,
    ]);
    expect((await visitor.get(path)).isSignIn).toBe(true);
  });

  it('signing out clears the cookie of an https address by its full name, with Secure', async () => {
    const { visitor, path } = await signedIn({ PUBLIC_URL: 'https://calls.example.com' });
    const { csrf } = await visitor.get(path);
    const form = { csrf, step: 'sign-out' };
    const { headers } = await visitor.post(path, form, { origin: 'https://calls.example.com' });
    expect(headers.getSetCookie()).toEqual([
      '__Host-jet-session=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Secure; SameSite=Lax',
    ]);
  });

  it.each([
    ['without the token of the form', { step: 'sign-out' }, {}],
    ['with a wrong token', { step: 'sign-out', csrf: 'f'.repeat(64) }, {}],
    ['from another site', { step: 'sign-out' }, { origin: 'https://evil.example' }],
  ])('signing out %s is refused, and the session stays valid', async (_what, form, headers) => {
    const { visitor, path } = await signedIn();
    const { csrf } = await visitor.get(path);
    const sent = 'origin' in headers ? { csrf, ...form } : form;
    expect((await visitor.post(path, sent, headers as Record<string, string>)).status).toBe(403);
    expect((await visitor.get(path)).isConsent).toBe(true);
  });

  it('signing out is not accepted by GET', async () => {
    const { visitor, path } = await signedIn();
    const { csrf } = await visitor.get(path);
    await visitor.get(`${path}&step=sign-out&csrf=${csrf}`);
    expect((await visitor.get(path)).isConsent).toBe(true);
  });

  it('signing out works even when the client’s request is refused', async () => {
    const { visitor, path } = await signedIn();
    const { csrf } = await visitor.get(path);
    await visitor.post(issuer.authorizePath({ client_id: 'gone' }), { csrf, step: 'sign-out' });
    expect((await visitor.get(path)).isSignIn).toBe(true);
  });

  it('signing out makes an open form useless', async () => {
    const { visitor, path } = await signedIn();
    const { csrf } = await visitor.get(path);
    const copy = sameBrowser(visitor);
    await visitor.post(path, { csrf, step: 'sign-out' });
    const answer = await copy.post(path, { csrf, step: 'approve' });
    expect([answer.location, answer.isSignIn]).toEqual([undefined, true]);
  });

  it('signing out ends the session also for requests that run at the same time', async () => {
    const { visitor, path } = await signedIn();
    const { csrf } = await visitor.get(path);
    const copies = Array.from({ length: 12 }, () => sameBrowser(visitor));
    const pages: Promise<Page>[] = copies.slice(0, 6).map((copy) => copy.get(path));
    pages.push(
      visitor.post(path, { csrf, step: 'sign-out' }),
      ...copies.slice(6).map((copy) => copy.get(path)),
    );
    await Promise.all(pages);
    expect(await countSessions()).toBe(0);
  });

  it('signing out does not end a session of another browser', async () => {
    const { visitor, path } = await signedIn();
    const other = issuer.visitor();
    await other.submit(path, signIn);
    await visitor.submit(path, { step: 'sign-out' });
    expect((await other.get(path)).isConsent).toBe(true);
  });

  it('signing out is logged once, and only for an operator who was signed in', async () => {
    const { visitor, path } = await signedIn();
    await visitor.submit(path, { step: 'sign-out' });
    await visitor.submit(path, { step: 'sign-out' });
    expect(issuer.logLines.filter((line) => line.includes('The operator signed out'))).toHaveLength(1);
  });
});
