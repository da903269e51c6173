import { generateKeyPairSync, sign } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { closeAll, connect, getToken, send, type Connected } from './connect.ts';

afterEach(closeAll);

const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
const publicKey = keys.publicKey.export({ type: 'spki', format: 'pem' }).toString();
const jwt = { publicKey, username: 'integration@example.com' };
const nowMs = Date.UTC(2026, 10, 22, 1, 0, 0);

function askWithAssertion(
  { org }: Connected,
  claims: Record<string, unknown>,
  head: Record<string, string> = { alg: 'RS256' },
  privateKey = keys.privateKey,
) {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const rightClaims = { iss: org.clientId, sub: jwt.username, aud: org.url, exp: nowMs / 1000 + 180 };
  const signed = `${part(head)}.${part({ ...rightClaims, ...claims })}`;
  const assertion = `${signed}.${sign('RSA-SHA256', Buffer.from(signed), privateKey).toString('base64url')}`;
  return send(`${org.url}/services/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion }),
  });
}

describe('client credentials', () => {
  it('client credentials return a token with its identity and instance', async () => {
    const { org } = await connect();
    const { status, body } = await getToken(org);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      access_token: expect.stringMatching(/^00D/) as string,
      token_type: 'Bearer',
      instance_url: org.url,
      id: `${org.url}/id/00D5g000000StandEA/${org.integrationUserId}`,
    });
  });

  it('client credentials with a wrong secret are refused with 400', async () => {
    const { org } = await connect();
    const { status, body } = await getToken({ ...org, clientSecret: 'wrong' });
    expect([status, body]).toEqual([
      400,
      { error: 'invalid_client', error_description: 'invalid client credentials' },
    ]);
  });

  it('client credentials with a wrong id are refused with 400', async () => {
    const { org } = await connect();
    const { status, body } = await getToken({ ...org, clientId: 'wrong' });
    expect([status, body]).toMatchObject([400, { error: 'invalid_client_id' }]);
  });

  it('client credentials are the only way to get a token besides an assertion', async () => {
    const { org } = await connect();
    const body = new URLSearchParams({ grant_type: 'password', username: 'a', password: 'b' });
    const answer = await send(`${org.url}/services/oauth2/token`, { method: 'POST', body });
    expect([answer.status, answer.body]).toMatchObject([400, { error: 'unsupported_grant_type' }]);
  });
});

describe('a signed assertion', () => {
  it('a signed assertion gets a token', async () => {
    const connected = await connect({ jwt, clock: () => nowMs });
    expect(await askWithAssertion(connected, {})).toMatchObject({
      status: 200,
      body: { token_type: 'Bearer' },
    });
  });

  it.each([
    ['another audience', { aud: 'https://example.com' }, 'audience is invalid'],
    ['another consumer', { iss: 'somebody' }, 'client identifier invalid'],
    ['another user', { sub: 'pat@example.com' }, "user hasn't approved this consumer"],
    ['an expiry in the past', { exp: nowMs / 1000 - 1 }, 'assertion is expired'],
    ['an expiry too far in the future', { exp: nowMs / 1000 + 3600 }, 'assertion lives too long'],
  ])('a signed assertion with %s is refused', async (_, claims, why) => {
    const connected = await connect({ jwt, clock: () => nowMs });
    expect(await askWithAssertion(connected, claims)).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant', error_description: why },
    });
  });

  it('an assertion that another key signed is refused', async () => {
    const connected = await connect({ jwt, clock: () => nowMs });
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    expect(await askWithAssertion(connected, {}, { alg: 'RS256' }, privateKey)).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant', error_description: 'invalid assertion' },
    });
  });

  it('an assertion with another algorithm is refused', async () => {
    const connected = await connect({ jwt, clock: () => nowMs });
    expect(await askWithAssertion(connected, {}, { alg: 'none' })).toMatchObject({ status: 400 });
  });
});

describe('an access token', () => {
  const refused = { status: 401, body: [{ errorCode: 'INVALID_SESSION_ID' }] };

  it('an access token is refused after expireTokens, and a new one is accepted', async () => {
    const { org, ask, token } = await connect();
    org.expireTokens();
    expect(await ask('GET', '/limits')).toMatchObject(refused);
    const headers = { authorization: `Bearer ${await token()}` };
    expect(await send(`${org.url}/services/data/v62.0/limits`, { headers })).toMatchObject({ status: 200 });
  });

  it('an access token is refused after its time', async () => {
    let now = nowMs;
    const { ask } = await connect({ clock: () => now, tokenLifeMs: 60_000 });
    now += 59_000;
    expect(await ask('GET', '/limits')).toMatchObject({ status: 200 });
    now += 1_000;
    expect(await ask('GET', '/limits')).toMatchObject(refused);
  });

  it('a request without an access token is refused', async () => {
    const { org } = await connect();
    expect(await send(`${org.url}/services/data/v62.0/limits`, {})).toMatchObject(refused);
  });

  it('an access token gives access to the identity that came with it', async () => {
    const { org, token } = await connect();
    const headers = { authorization: `Bearer ${await token()}` };
    const id = `${org.url}/id/00D5g000000StandEA/${org.integrationUserId}`;
    expect(await send(id, { headers })).toMatchObject({ body: { username: 'integration@example.com' } });
  });
});

it('the log of the org holds no secret', async () => {
  const { org } = await connect();
  expect(JSON.stringify(org.log.all)).not.toContain(org.clientSecret);
  expect(org.log.of('token')[0]?.body).toMatchObject({ client_id: org.clientId, client_secret: '(secret)' });
});
