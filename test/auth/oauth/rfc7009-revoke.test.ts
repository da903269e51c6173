import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { basic, callback, IssuerUnderTest } from './issuer-under-test.ts';

let issuer: IssuerUnderTest;
beforeAll(async () => {
  issuer = await IssuerUnderTest.start();
});
afterAll(() => issuer.close());

describe('revocation (RFC 7009)', () => {
  it('a revocation answers 200 with an empty JSON object that is not cached', async () => {
    const { status, headers, body } = await issuer.revoke((await issuer.takeTokens()).access_token);
    expect([status, body]).toEqual([200, {}]);
    expect(headers.get('content-type')).toMatch(/^application\/json/);
    expect(headers.get('cache-control')).toBe('no-store');
  });

  it('a revocation of an access token revokes that token', async () => {
    const { access_token } = await issuer.takeTokens();
    await issuer.revoke(access_token);
    expect(await issuer.accepts(access_token)).toBe(false);
  });

  it('a revocation of an access token does not revoke its refresh token', async () => {
    const { access_token, refresh_token } = await issuer.takeTokens();
    await issuer.revoke(access_token);
    expect((await issuer.refresh(refresh_token)).status).toBe(200);
  });

  it('a revocation of a refresh token revokes it and the access tokens of its approval', async () => {
    const { access_token, refresh_token } = await issuer.takeTokens();
    await issuer.revoke(refresh_token);
    expect((await issuer.refresh(refresh_token)).body.error).toBe('invalid_grant');
    expect(await issuer.accepts(access_token)).toBe(false);
  });

  it('a revocation of an unknown token gets the same answer', async () => {
    const { status, body } = await issuer.revoke('made-up');
    expect([status, body]).toEqual([200, {}]);
  });

  it('a second revocation gets the same answer', async () => {
    const { access_token } = await issuer.takeTokens();
    await issuer.revoke(access_token);
    expect((await issuer.revoke(access_token)).body).toEqual({});
  });

  it('a revocation does not affect another client’s tokens', async () => {
    const { access_token, refresh_token } = await issuer.takeTokens();
    const other = await issuer.createClient([callback], 'Other');
    expect((await issuer.revoke(access_token, other)).body).toEqual({});
    expect((await issuer.revoke(refresh_token, other)).body).toEqual({});
    expect(await issuer.accepts(access_token)).toBe(true);
    expect((await issuer.refresh(refresh_token)).status).toBe(200);
  });

  it('a revocation accepts credentials in HTTP Basic, and a token type hint', async () => {
    const { access_token } = await issuer.takeTokens();
    await issuer.ask('/oauth/revoke', {
      headers: basic(issuer.client.clientId, issuer.client.clientSecret),
      body: new URLSearchParams({ token: access_token, token_type_hint: 'refresh_token' }),
    });
    expect(await issuer.accepts(access_token)).toBe(false);
  });

  it('a revocation without a token is invalid_request', async () => {
    expect((await issuer.revoke('')).body.error).toBe('invalid_request');
  });

  it('a revocation with a wrong secret is invalid_client, and the token stays valid', async () => {
    const { access_token } = await issuer.takeTokens();
    const answer = await issuer.revoke(access_token, { ...issuer.client, clientSecret: 'no' });
    expect([answer.status, answer.body.error]).toEqual([401, 'invalid_client']);
    expect(await issuer.accepts(access_token)).toBe(true);
  });

  it('a revocation without credentials is invalid_client', async () => {
    const body = new URLSearchParams({ token: 'x' });
    expect((await issuer.ask('/oauth/revoke', { body })).status).toBe(401);
  });
});
