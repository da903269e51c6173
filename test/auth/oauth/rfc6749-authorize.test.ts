import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callback, IssuerUnderTest } from './issuer-under-test.ts';

let issuer: IssuerUnderTest;
const second = 'https://jet.example.com/second?tenant=a%20b&x=%7e';
let many: string;
beforeAll(async () => {
  issuer = await IssuerUnderTest.start();
  many = (await issuer.createClient([callback, second], 'Many')).clientId;
  await issuer.signIn();
});
afterAll(() => issuer.close());

const ask = (
  parameters: Readonly<Record<string, string | undefined>>,
): ReturnType<typeof issuer.operator.get> => issuer.operator.get(issuer.authorizePath(parameters));

describe('a redirect URI similar to the registered one', () => {
  it.each([
    `${callback}/`,
    `${callback}?`,
    `${callback}?a=b`,
    `${callback}#`,
    `${callback}#fragment`,
    `${callback}/../callback`,
    `${callback}%2f`,
    `${callback}.evil.example`,
    ` ${callback}`,
    `${callback} `,
    `${callback}\n`,
    callback.toUpperCase(),
    callback.replace('https:', 'http:'),
    callback.replace('https:', 'HTTPS:'),
    callback.replace('https:', ''),
    callback.replace('jet.', 'JET.'),
    callback.replace('.com', '.com:443'),
    callback.replace('.com', '.com.'),
    callback.replace('.com', '.com@evil.example'),
    callback.replace('https://', 'https://evil.example@'),
    callback.replace('https://', 'https://evil.example\\@'),
    callback.replace('jet.', ''),
    callback.replace('jet.', 'evil.jet.'),
    callback.replace('/oauth', '//oauth'),
    callback.replace('/oauth', '\\oauth'),
    callback.slice(0, -1),
    'https://evil.example/',
    '//evil.example/',
    'javascript:alert(1)',
    'data:text/html,x',
    'jet.example.com',
    'urn:ietf:wg:oauth:2.0:oob',
  ])('the redirect URI %j is never redirected to', async (uri) => {
    const { status, location, text } = await ask({ redirect_uri: uri });
    expect([status, location]).toEqual([400, undefined]);
    expect(text).not.toContain('href="http');
  });
});

describe('an omitted redirect URI', () => {
  it('an omitted redirect URI defaults to the registered one when there is only one', async () => {
    const answer = await issuer.approve({ redirect_uri: undefined });
    expect(answer.origin + answer.pathname).toBe(callback);
  });

  it('an omitted redirect URI can also be sent as an empty text', async () => {
    expect((await ask({ redirect_uri: '' })).isConsent).toBe(true);
  });

  it('an omitted redirect URI is refused on a page when several are registered', async () => {
    const { status, location } = await ask({ client_id: many, redirect_uri: undefined });
    expect([status, location]).toEqual([400, undefined]);
  });

  it('an omitted redirect URI is refused when none is registered, on a page that says how to register one', async () => {
    const none = await issuer.createClient([], 'None');
    const { status, text } = await ask({ client_id: none.clientId, redirect_uri: undefined });
    expect(status).toBe(400);
    expect(text).toContain(`npm run client -- redirect ${none.clientId} --add`);
  });
});

describe('a request that is refused on a page', () => {
  it.each([
    ['names no client', { client_id: undefined }],
    ['names an unknown client', { client_id: 'a'.repeat(24) }],
    ['names a client with a NUL', { client_id: 'a\u0000b' }],
    ['names markup as its client', { client_id: '<script>alert(1)</script>' }],
  ])('a request is refused on a page when it %s', async (_what, parameters) => {
    const { status, location, text } = await ask(parameters);
    expect([status, location]).toEqual([400, undefined]);
    expect(text).not.toContain('<script');
  });

  it.each(['redirect_uri', 'client_id', 'state', 'scope'])(
    'a request is refused on a page when it has %s twice',
    async (name) => {
      const { status, location } = await issuer.operator.get(
        `${issuer.authorizePath({ scope: 'webhooks' })}&${name}=x`,
      );
      expect([status, location]).toEqual([400, undefined]);
    },
  );

  it('a request is refused on a page when it names a revoked client', async () => {
    const gone = await issuer.createClient([callback], 'Gone');
    await issuer.receiver.store.writer
      .knex('oauth_clients')
      .where({ id: gone.clientId })
      .update({ revoked_at: 1 });
    expect((await ask({ client_id: gone.clientId })).status).toBe(400);
  });
});

describe('an error redirect (RFC 6749 section 4.1.2.1)', () => {
  it.each([
    ['a missing response_type', { response_type: undefined }, 'invalid_request'],
    ['the implicit response type', { response_type: 'token' }, 'unsupported_response_type'],
    ['a mixed response type', { response_type: 'code token' }, 'unsupported_response_type'],
    ['plain PKCE', { code_challenge: 'a'.repeat(43), code_challenge_method: 'plain' }, 'invalid_request'],
  ])('an error redirect reports %s', async (_what, parameters, error) => {
    const { status, location } = await ask(parameters);
    const query = new URL(location ?? '').searchParams;
    expect([status, query.get('error'), query.get('state')]).toEqual([303, error, 'a b&c']);
  });

  it('an error redirect adds error and state to the query of the registered address without changing it', async () => {
    const { location } = await ask({ client_id: many, redirect_uri: second, response_type: 'token' });
    expect(location).toMatch(
      /^https:\/\/jet\.example\.com\/second\?tenant=a%20b&x=%7e&error=unsupported_response_type&/,
    );
    expect(new URL(location ?? '').searchParams.get('state')).toBe('a b&c');
  });

  it('an error redirect is not cached', async () => {
    expect((await ask({ response_type: 'token' })).headers.get('cache-control')).toBe('no-store');
  });
});

describe('an approval', () => {
  it('an approval keeps the query of the registered address', async () => {
    const answer = await issuer.approve({ client_id: many, redirect_uri: second });
    expect(answer.href).toMatch(/^https:\/\/jet\.example\.com\/second\?tenant=a%20b&x=%7e&code=/);
  });

  it('an approval returns the state unchanged', async () => {
    const state = '"><script>&=#%00 é\u{1f600}';
    expect((await issuer.approve({ state })).searchParams.get('state')).toBe(state);
  });

  it.each([undefined, ''])('an approval needs no state (%j)', async (state) => {
    const answer = await issuer.approve({ state });
    expect([...answer.searchParams.keys()]).toEqual(['code', 'iss']);
  });

  it('an approval ignores unknown parameters', async () => {
    expect(
      (await issuer.approve({ prompt: 'consent', nonce: '1', access_type: 'offline' })).searchParams.has(
        'code',
      ),
    ).toBe(true);
  });

  it('an approval grants the client’s own scope when an unknown one is requested', async () => {
    const { body } = await issuer.redeem(await issuer.takeCode({ scope: 'admin' }));
    expect(body.scope).toBe('webhooks');
  });
});

describe('iss (RFC 9207)', () => {
  it('iss is in an approval, and equals the issuer in the metadata', async () => {
    expect((await issuer.approve()).searchParams.get('iss')).toBe(issuer.url);
  });

  it('iss is in an error', async () => {
    const { location } = await ask({ response_type: 'token' });
    expect(new URL(location ?? '').searchParams.get('iss')).toBe(issuer.url);
  });

  it('iss is in a refusal by the operator', async () => {
    const { location } = await issuer.operator.submit(issuer.authorizePath(), { step: 'deny' });
    expect(new URL(location ?? '').searchParams.get('iss')).toBe(issuer.url);
  });
});
