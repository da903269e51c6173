import ClientOAuth2 from 'client-oauth2';
import * as oidc from 'openid-client';
import { AuthorizationCode, ClientCredentials, type ModuleOptions } from 'simple-oauth2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callback, IssuerUnderTest, pkcePair } from './issuer-under-test.ts';
import { wireShapes, type WireShape } from './wire-shapes.ts';

/** The operations of a client library, each implemented with that library. */
interface RealClient {
  readonly name: string;
  /** Returns the access token and the refresh token. */
  code(pkce: boolean): Promise<Tokens>;
  refresh(refreshToken: string): Promise<Tokens>;
  credentials(): Promise<Tokens>;
}
type Tokens = Readonly<Record<string, unknown>>;

let issuer: IssuerUnderTest;
const table = new Map<string, Record<string, string>>();
beforeAll(async () => {
  issuer = await IssuerUnderTest.start();
  await issuer.signIn();
});
afterAll(async () => {
  await issuer.close();
  const columns = ['code', 'code with PKCE', 'refresh', 'client credentials'];
  const width = Math.max(...[...table.keys()].map((name) => name.length));
  const row = (name: string, cells: readonly string[]): string =>
    `${name.padEnd(width)} | ${cells.map((cell, index) => cell.padEnd(columns[index]?.length ?? 0)).join(' | ')}`;
  const rows = [...table].map(([name, cells]) =>
    row(
      name,
      columns.map((column) => cells[column] ?? '-'),
    ),
  );
  console.info([row('client', columns), ...rows].join('\n'));
});

/** Approves, as the operator, the authorization request that the client built. */
async function approveAt(address: string): Promise<URL> {
  const { pathname, search } = new URL(address);
  const { location } = await issuer.operator.submit(`${pathname}${search}`, { step: 'approve' });
  return new URL(location ?? '');
}

function openidClient(name: string, authentication: (secret: string) => oidc.ClientAuth): RealClient {
  const discover = (): Promise<oidc.Configuration> =>
    oidc.discovery(
      new URL(issuer.url),
      issuer.client.clientId,
      undefined,
      authentication(issuer.client.clientSecret),
      // The issuer under test has no certificate. The client checks everything else.
      // eslint-disable-next-line @typescript-eslint/no-deprecated
      { algorithm: 'oauth2', execute: [oidc.allowInsecureRequests] },
    );
  return {
    name,
    async code(pkce) {
      const config = await discover();
      const state = oidc.randomState();
      const verifier = oidc.randomPKCECodeVerifier();
      const challenge = await oidc.calculatePKCECodeChallenge(verifier);
      const address = oidc.buildAuthorizationUrl(config, {
        ...{ redirect_uri: callback, scope: 'webhooks', state },
        ...(pkce ? { code_challenge: challenge, code_challenge_method: 'S256' } : {}),
      });
      return oidc.authorizationCodeGrant(config, await approveAt(address.href), {
        expectedState: state,
        ...(pkce ? { pkceCodeVerifier: verifier } : {}),
      });
    },
    refresh: async (refreshToken) => oidc.refreshTokenGrant(await discover(), refreshToken),
    credentials: async () => oidc.clientCredentialsGrant(await discover(), { scope: 'webhooks' }),
  };
}

function simpleOAuth2(name: string, options: ModuleOptions['options']): RealClient {
  const config = (): ModuleOptions => ({
    client: { id: issuer.client.clientId, secret: issuer.client.clientSecret },
    auth: { tokenHost: issuer.url },
    options,
  });
  return {
    name,
    async code(pkce) {
      const client = new AuthorizationCode(config());
      const { verifier, challenge } = pkcePair();
      const address = client.authorizeURL({
        ...{ redirect_uri: callback, scope: 'webhooks', state: 'state' },
        ...(pkce ? { code_challenge: challenge, code_challenge_method: 'S256' } : {}),
      });
      const code = (await approveAt(address)).searchParams.get('code') ?? '';
      const request = { code, redirect_uri: callback, ...(pkce ? { code_verifier: verifier } : {}) };
      return (await client.getToken(request)).token;
    },
    async refresh(refreshToken) {
      const client = new AuthorizationCode(config());
      return (await client.createToken({ refresh_token: refreshToken }).refresh()).token;
    },
    credentials: async () => (await new ClientCredentials(config()).getToken({ scope: 'webhooks' })).token,
  };
}

function clientOAuth2(name: string, scopes: string[]): RealClient {
  const client = (): ClientOAuth2 =>
    new ClientOAuth2({
      clientId: issuer.client.clientId,
      clientSecret: issuer.client.clientSecret,
      accessTokenUri: `${issuer.url}/oauth/token`,
      authorizationUri: `${issuer.url}/oauth/authorize`,
      redirectUri: callback,
      scopes,
      state: 'state',
    });
  return {
    name,
    async code(pkce) {
      const { verifier, challenge } = pkcePair();
      const query = pkce ? { code_challenge: challenge, code_challenge_method: 'S256' } : {};
      const answer = await approveAt(client().code.getUri({ query }));
      const body = pkce ? { code_verifier: verifier } : {};
      return (await client().code.getToken(answer.href, { body })).data;
    },
    refresh: async (refreshToken) =>
      (await client().createToken('', refreshToken, 'bearer', {}).refresh()).data,
    credentials: async () => (await client().credentials.getToken()).data,
  };
}

function onTheWire({ name, ask }: WireShape): RealClient {
  const succeed = async (parameters: Record<string, string>): Promise<Tokens> => {
    const { status, body } = await ask(issuer, parameters);
    expect([status, body.error]).toEqual([200, undefined]);
    return { ...body };
  };
  return {
    name,
    async code(pkce) {
      const { verifier, challenge } = pkcePair();
      const asked = pkce ? { code_challenge: challenge, code_challenge_method: 'S256' } : {};
      const code = await issuer.takeCode(asked);
      const proof: Record<string, string> = pkce ? { code_verifier: verifier } : {};
      return succeed({ grant_type: 'authorization_code', code, redirect_uri: callback, ...proof });
    },
    refresh: (refreshToken) => succeed({ grant_type: 'refresh_token', refresh_token: refreshToken }),
    credentials: () => succeed({ grant_type: 'client_credentials' }),
  };
}

const clients: readonly RealClient[] = [
  openidClient('openid-client 6, body', (secret) => oidc.ClientSecretPost(secret)),
  openidClient('openid-client 6, Basic', (secret) => oidc.ClientSecretBasic(secret)),
  simpleOAuth2('simple-oauth2 5, Basic strict', {
    authorizationMethod: 'header',
    credentialsEncodingMode: 'strict',
  }),
  simpleOAuth2('simple-oauth2 5, Basic loose', {
    authorizationMethod: 'header',
    credentialsEncodingMode: 'loose',
  }),
  simpleOAuth2('simple-oauth2 5, body form', { authorizationMethod: 'body', bodyFormat: 'form' }),
  simpleOAuth2('simple-oauth2 5, body JSON', { authorizationMethod: 'body', bodyFormat: 'json' }),
  clientOAuth2('client-oauth2 4', ['webhooks']),
  clientOAuth2('client-oauth2 4, no scope', []),
  ...wireShapes.map(onTheWire),
];

const text = (tokens: Tokens, name: string): string => String(tokens[name]);

describe.each(clients)('$name', (client) => {
  const works = (grant: string): void => {
    table.set(client.name, { ...table.get(client.name), [grant]: 'works' });
  };

  it('the client library gets tokens for a code', async () => {
    const tokens = await client.code(false);
    expect(await issuer.accepts(text(tokens, 'access_token'))).toBe(true);
    works('code');
  });

  it('the client library gets tokens for a code with PKCE', async () => {
    const tokens = await client.code(true);
    expect(await issuer.accepts(text(tokens, 'access_token'))).toBe(true);
    works('code with PKCE');
  });

  it('the client library refreshes, and refreshes again with the new token', async () => {
    const { refresh_token } = await issuer.takeTokens();
    const first = await client.refresh(refresh_token);
    const second = await client.refresh(text(first, 'refresh_token'));
    expect(await issuer.accepts(text(second, 'access_token'))).toBe(true);
    works('refresh');
  });

  it('the client library gets a token with its client credentials', async () => {
    const tokens = await client.credentials();
    expect(await issuer.accepts(text(tokens, 'access_token'))).toBe(true);
    expect(tokens.refresh_token).toBeUndefined();
    works('client credentials');
  });
});

describe('a client library', () => {
  it('the client library simple-oauth2 revokes a token, and reads the answer as JSON', async () => {
    const client = new AuthorizationCode({
      client: { id: issuer.client.clientId, secret: issuer.client.clientSecret },
      auth: { tokenHost: issuer.url, revokePath: '/oauth/revoke' },
    });
    const token = client.createToken({ ...(await issuer.takeTokens()) });
    await token.revokeAll();
    expect(await issuer.accepts(text(token.token, 'access_token'))).toBe(false);
  });

  it('the client library openid-client revokes a token', async () => {
    const config = await oidc.discovery(
      new URL(issuer.url),
      issuer.client.clientId,
      issuer.client.clientSecret,
      undefined,
      // eslint-disable-next-line @typescript-eslint/no-deprecated
      { algorithm: 'oauth2', execute: [oidc.allowInsecureRequests] },
    );
    const { access_token } = await issuer.takeTokens();
    await oidc.tokenRevocation(config, access_token);
    expect(await issuer.accepts(access_token)).toBe(false);
  });

  it('Go’s x/oauth2 is not blocked when it tries HTTP Basic first and the body second', async () => {
    for (let start = 0; start < 20; start += 1) {
      const body = new URLSearchParams({ grant_type: 'client_credentials' });
      await issuer.ask('/oauth/token', { headers: { authorization: 'Basic Og==' }, body });
      expect((await issuer.token({ grant_type: 'client_credentials' })).status).toBe(200);
    }
  });
});
