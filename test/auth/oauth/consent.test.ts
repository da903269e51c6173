import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IssuerUnderTest, password } from './issuer-under-test.ts';
import type { Page } from './visitor.ts';

let issuer: IssuerUnderTest;
let path: string;
beforeAll(async () => {
  issuer = await IssuerUnderTest.start();
  path = issuer.authorizePath();
  await issuer.signIn();
});
afterAll(() => issuer.close());

async function approveWith(headers: Record<string, string>, csrf?: string): Promise<Page> {
  const own = (await issuer.operator.get(path)).csrf;
  return issuer.operator.post(path, { csrf: csrf ?? own, step: 'approve' }, headers);
}

describe('the decision page', () => {
  it('the decision page names the client, the scope and the address that the person returns to', async () => {
    const { text } = await issuer.operator.get(path);
    expect(text).toContain('Let Jet send call data?');
    expect(text).toContain('scope webhooks');
    expect(text).toContain('<dd>jet.example.com</dd>');
  });

  it('the decision page shows markup in a client’s name as text', async () => {
    const name = '<img src=x onerror=alert(1)>"\'&';
    const { clientId } = await issuer.createClient(['https://jet.example.com/'], name);
    const { text } = await issuer.operator.get(
      issuer.authorizePath({ client_id: clientId, redirect_uri: undefined }),
    );
    expect(text).not.toContain('<img');
  });

  it('the decision page is not shown before sign-in', async () => {
    expect((await issuer.visitor().get(path)).isSignIn).toBe(true);
  });
});

describe('a decision', () => {
  it('a decision to refuse redirects the person with access_denied and the state', async () => {
    const { status, location } = await issuer.operator.submit(path, { step: 'deny' });
    const query = new URL(location ?? '').searchParams;
    expect([status, query.get('error'), query.get('state'), query.get('code')]).toEqual([
      303,
      'access_denied',
      'a b&c',
      null,
    ]);
  });

  it.each(['', 'Approve', 'approve ', 'constructor'])(
    'a decision with the step %j approves nothing',
    async (step) => {
      const { location } = await issuer.operator.submit(path, { step });
      expect(new URL(location ?? '').searchParams.get('error')).toBe('access_denied');
    },
  );

  it('a decision is not accepted by GET', async () => {
    const { csrf } = await issuer.operator.get(path);
    const { location, isConsent } = await issuer.operator.get(`${path}&step=approve&csrf=${csrf}`);
    expect([location, isConsent]).toEqual([undefined, true]);
  });

  it('a decision is not accepted from somebody who is not signed in', async () => {
    const { location, isSignIn } = await issuer.visitor().submit(path, { step: 'approve' });
    expect([location, isSignIn]).toEqual([undefined, true]);
  });

  it('a decision makes no code for a client that was revoked in the meantime', async () => {
    const { clientId } = await issuer.createClient(['https://jet.example.com/'], 'Gone');
    const gone = issuer.authorizePath({ client_id: clientId, redirect_uri: undefined });
    const { csrf } = await issuer.operator.get(gone);
    await issuer.receiver.store.writer
      .knex('oauth_clients')
      .where({ id: clientId })
      .update({ revoked_at: 1 });
    const answer = await issuer.operator.post(gone, { csrf, step: 'approve' });
    expect([answer.status, answer.location]).toEqual([400, undefined]);
  });
});

describe('a form from another site is refused with 403 and no code', () => {
  const expectRefused = ({ status, location, headers }: Page): void => {
    expect([status, location]).toEqual([403, undefined]);
    expect(headers.get('content-type')).toMatch(/^text\/html/);
  };

  it.each([
    ['another site', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
    ['another origin by its Origin alone', { origin: 'https://evil.example', 'sec-fetch-site': 'none' }],
    ['an opaque origin', { origin: 'null' }],
    ['another site by Sec-Fetch-Site alone', { 'sec-fetch-site': 'cross-site' }],
    ['another host of the same site', { 'sec-fetch-site': 'same-site' }],
    ['another port of this host', { origin: 'http://127.0.0.1:1' }],
    ['this host by another scheme', { origin: 'https://127.0.0.1' }],
  ])('a form is refused with 403 when it comes from %s', async (_what, headers) => {
    expectRefused(await approveWith(headers));
  });

  it('a form without its token is refused with 403', async () => {
    expectRefused(await issuer.operator.post(path, { step: 'approve' }));
  });

  it.each(['', 'a'.repeat(64)])('a form with the token %j is refused with 403', async (csrf) => {
    expectRefused(await approveWith({}, csrf));
  });

  it('a form with the token of another session is refused with 403', async () => {
    const { csrf } = await issuer.visitor().get(path);
    expectRefused(await approveWith({}, csrf));
  });

  it('a form with the token from before the sign-in is refused with 403', async () => {
    const visitor = issuer.visitor();
    const { csrf } = await visitor.get(path);
    await visitor.post(path, { csrf, step: 'sign-in', password });
    expectRefused(await visitor.post(path, { csrf, step: 'approve' }));
  });

  it('a sign-in from another site is refused, so that the site cannot sign anybody in', async () => {
    const visitor = issuer.visitor();
    const { csrf } = await visitor.get(path);
    const headers = { origin: 'https://evil.example' };
    expectRefused(await visitor.post(path, { csrf, step: 'sign-in', password }, headers));
  });

  it('a form without any cookie is refused with 403', async () => {
    const { csrf } = await issuer.operator.get(path);
    expectRefused(await issuer.visitor().post(path, { csrf, step: 'approve' }));
  });

  it('a form is refused when its origin is the address of the machine and PUBLIC_URL is another', async () => {
    const https = await IssuerUnderTest.start({ PUBLIC_URL: 'https://calls.example.com' });
    const answer = await https.visitor().submit(https.authorizePath(), { step: 'sign-in', password });
    await https.close();
    expectRefused(answer);
  });
});

describe('a form from this server', () => {
  it('a form is accepted from a browser that sends neither Origin nor Sec-Fetch-Site', async () => {
    const visitor = issuer.operator;
    const { csrf } = await visitor.get(path);
    const cookie = [...visitor.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const body = new URLSearchParams({ csrf, step: 'approve' });
    const answer = await fetch(`${issuer.url}${path}`, {
      method: 'POST',
      redirect: 'manual',
      headers: { cookie },
      body,
    });
    expect(answer.status).toBe(303);
  });

  it('a form larger than 16 KiB is refused with 413', async () => {
    const { status } = await issuer.operator.post(path, { csrf: 'a'.repeat(17_000) });
    expect(status).toBe(413);
  });
});

describe('every page', () => {
  it.each([
    ['the sign-in page', () => issuer.visitor().get(path)],
    ['the decision page', () => issuer.operator.get(path)],
    ['the page of a refused request', () => issuer.visitor().get('/oauth/authorize')],
    ['the page of a refused form', () => issuer.visitor().post(path, {})],
  ])('the page %s cannot run scripts, be framed or be cached', async (_what, load) => {
    const { headers, text } = await load();
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(/^default-src 'none'; style-src 'self'; form-action 'self'/);
    expect(policy).toContain("frame-ancestors 'none'; base-uri 'none'");
    expect(policy).not.toMatch(/unsafe|script-src|data:|\*/);
    expect(text).not.toMatch(/<script|style=|\son\w+=/i);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    // With this header, a client that opens the page in a new window would lose the connection to that window.
    expect(headers.has('cross-origin-opener-policy')).toBe(false);
    expect(headers.get('referrer-policy')).toBe('same-origin');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('x-frame-options')).toMatch(/^(?:DENY|SAMEORIGIN)$/);
  });

  it('every page has a style sheet below /oauth/, so that a proxy forwards it too', async () => {
    const { text } = await issuer.operator.get(path);
    const href = /<link rel="stylesheet" href="([^"]+)"/.exec(text)?.[1] ?? '';
    expect(href).toMatch(/^\/oauth\//);
    expect((await fetch(`${issuer.url}${href}`)).headers.get('content-type')).toMatch(/^text\/css/);
  });
});
