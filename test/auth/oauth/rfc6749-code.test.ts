import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callback, IssuerUnderTest, times } from './issuer-under-test.ts';

let issuer: IssuerUnderTest;
beforeAll(async () => {
  issuer = await IssuerUnderTest.start();
});
afterAll(() => issuer.close());

describe('a code (RFC 6749 section 4.1.3)', () => {
  it('a code gives an access token that authenticates pushes, and a refresh token', async () => {
    const { status, body } = await issuer.redeem(await issuer.takeCode());
    expect(status).toBe(200);
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 3600, scope: 'webhooks' });
    expect(await issuer.accepts(body.access_token)).toBe(true);
    expect((await issuer.refresh(body.refresh_token)).status).toBe(200);
  });

  it('a code can be redeemed only once by twenty parallel requests', async () => {
    const code = await issuer.takeCode();
    const answers = await times(20, () => issuer.redeem(code));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ body }) => body.error === 'invalid_grant')).toHaveLength(19);
  });

  it('a code revokes the access token of its first use when it is used again', async () => {
    const code = await issuer.takeCode();
    const { body } = await issuer.redeem(code);
    expect(await issuer.accepts(body.access_token)).toBe(true);
    await issuer.redeem(code);
    expect(await issuer.accepts(body.access_token)).toBe(false);
  });

  it('a code revokes the refresh token of its first use when it is used again', async () => {
    const code = await issuer.takeCode();
    const { body } = await issuer.redeem(code);
    await issuer.redeem(code);
    expect((await issuer.refresh(body.refresh_token)).body.error).toBe('invalid_grant');
  });

  it('a code is accepted 59 seconds after it was made', async () => {
    const code = await issuer.takeCode();
    issuer.clock.aheadMs += 59_000;
    expect((await issuer.redeem(code)).status).toBe(200);
  });

  it('a code is refused 60 seconds after it was made', async () => {
    const code = await issuer.takeCode();
    issuer.clock.aheadMs += 60_000;
    expect((await issuer.redeem(code)).body.error).toBe('invalid_grant');
  });

  it.each([
    ['an address similar to the registered one', 'https://jet.example.com/oauth/other'],
    ['an additional slash', `${callback}/`],
    ['no address', ''],
  ])('a code is refused with %s as redirect_uri', async (_what, redirectUri) => {
    const answer = await issuer.redeem(await issuer.takeCode(), { redirect_uri: redirectUri });
    expect([answer.status, answer.body.error]).toEqual([400, 'invalid_grant']);
  });

  it('a code cannot be used again after a wrong redirect_uri', async () => {
    const code = await issuer.takeCode();
    await issuer.redeem(code, { redirect_uri: 'https://jet.example.com/' });
    expect((await issuer.redeem(code)).status).toBe(400);
  });

  it('a code needs no redirect_uri when the authorization request had none', async () => {
    const code = await issuer.takeCode({ redirect_uri: undefined });
    expect((await issuer.redeem(code, { redirect_uri: '' })).status).toBe(200);
  });

  it('a code is required, and its absence is invalid_request', async () => {
    expect((await issuer.redeem('')).body.error).toBe('invalid_request');
  });

  it('a code is refused when it was made up', async () => {
    expect((await issuer.redeem('a'.repeat(43))).body.error).toBe('invalid_grant');
  });
});

describe('a stranger with a stolen code', () => {
  it('a stranger with a stolen code gets invalid_client with a wrong secret, and the code stays valid', async () => {
    const code = await issuer.takeCode();
    const stranger = { ...issuer.client, clientSecret: 'guessed' };
    const answer = await issuer.redeem(code, {}, stranger);
    expect([answer.status, answer.body.error]).toEqual([401, 'invalid_client']);
    expect((await issuer.redeem(code)).status).toBe(200);
  });

  it('a stranger with a stolen code gets invalid_client with a code verifier instead of the secret', async () => {
    const body = new URLSearchParams({
      ...{ grant_type: 'authorization_code', code: await issuer.takeCode(), redirect_uri: callback },
      ...{ client_id: issuer.client.clientId, code_verifier: 'v'.repeat(43) },
    });
    const answer = await issuer.ask('/oauth/token', { body });
    expect([answer.status, answer.body.error]).toEqual([401, 'invalid_client']);
  });

  it('a stranger with a stolen code gets invalid_grant as another registered client, and the code stays valid', async () => {
    const code = await issuer.takeCode();
    const other = await issuer.createClient([callback], 'Other');
    const answer = await issuer.redeem(code, {}, other);
    expect([answer.status, answer.body.error]).toEqual([400, 'invalid_grant']);
    expect((await issuer.redeem(code)).status).toBe(200);
  });

  it('a stranger cannot revoke the owner’s tokens with a used code as another registered client', async () => {
    const code = await issuer.takeCode();
    const { body } = await issuer.redeem(code);
    const other = await issuer.createClient([callback], 'Other');
    await issuer.redeem(code, {}, other);
    expect(await issuer.accepts(body.access_token)).toBe(true);
  });
});
