import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { updateClient } from '../../../src/store/oauth/oauth-rows.ts';
import { callback, IssuerUnderTest, pkcePair } from './issuer-under-test.ts';

let issuer: IssuerUnderTest;
beforeAll(async () => {
  issuer = await IssuerUnderTest.start();
  await issuer.signIn();
});
afterAll(() => issuer.close());

const { verifier, challenge } = pkcePair();
const withChallenge = { code_challenge: challenge, code_challenge_method: 'S256' };

describe('a challenge (RFC 7636 section 4.3)', () => {
  it('a challenge with S256 is accepted', async () => {
    const code = await issuer.takeCode(withChallenge);
    expect((await issuer.redeem(code, { code_verifier: verifier })).status).toBe(200);
  });

  it.each([
    ['with the method plain', { code_challenge: challenge, code_challenge_method: 'plain' }],
    ['without a method, which means plain', { code_challenge: challenge }],
    ['with s256 in lower case', { code_challenge: challenge, code_challenge_method: 's256' }],
    ['that is not a digest', { code_challenge: 'short', code_challenge_method: 'S256' }],
    ['that is missing while its method is given', { code_challenge_method: 'S256' }],
    ['with padding', { code_challenge: `${challenge}=`, code_challenge_method: 'S256' }],
  ])('a challenge %s is refused by redirect as invalid_request', async (_what, parameters) => {
    const { location, status } = await issuer.operator.get(issuer.authorizePath(parameters));
    expect(status).toBe(303);
    expect(new URL(location ?? '').searchParams.get('error')).toBe('invalid_request');
    expect(new URL(location ?? '').searchParams.get('state')).toBe('a b&c');
    expect(location).toMatch(new RegExp(`^${callback}\\?`));
  });
});

describe('a verifier (RFC 7636 section 4.6)', () => {
  it.each([
    ['that is missing', {}],
    ['that is empty', { code_verifier: '' }],
    ['of another request', { code_verifier: pkcePair().verifier }],
    ['that is the challenge itself', { code_verifier: challenge }],
    ['that is too short', { code_verifier: 'a'.repeat(42) }],
    ['that is too long', { code_verifier: 'a'.repeat(129) }],
    ['with a forbidden character', { code_verifier: `${verifier}!` }],
  ])('a verifier %s is refused as invalid_grant', async (_what, parameters) => {
    const answer = await issuer.redeem(await issuer.takeCode(withChallenge), parameters);
    expect([answer.status, answer.body.error]).toEqual([400, 'invalid_grant']);
  });

  it('a verifier for a code without a challenge is refused as invalid_grant', async () => {
    const answer = await issuer.redeem(await issuer.takeCode(), { code_verifier: verifier });
    expect([answer.status, answer.body.error]).toEqual([400, 'invalid_grant']);
  });

  it('a wrong verifier makes the code invalid', async () => {
    const code = await issuer.takeCode(withChallenge);
    await issuer.redeem(code, { code_verifier: pkcePair().verifier });
    expect((await issuer.redeem(code, { code_verifier: verifier })).status).toBe(400);
  });

  it('a verifier does not replace the client secret', async () => {
    const body = new URLSearchParams({
      ...{ grant_type: 'authorization_code', code: await issuer.takeCode(withChallenge) },
      ...{ redirect_uri: callback, client_id: issuer.client.clientId, code_verifier: verifier },
    });
    const answer = await issuer.ask('/oauth/token', { body });
    expect([answer.status, answer.body.error]).toEqual([401, 'invalid_client']);
  });
});

describe('a client that must use PKCE', () => {
  const requirePkce = (required: boolean) =>
    updateClient(issuer.receiver.store, issuer.client.clientId, { pkce_required: required ? 1 : 0 });
  beforeEach(() => requirePkce(true));
  afterEach(() => requirePkce(false));

  it('a client that must use PKCE gets tokens for a code with a challenge', async () => {
    const code = await issuer.takeCode(withChallenge);
    expect((await issuer.redeem(code, { code_verifier: verifier })).status).toBe(200);
  });

  it.each([
    ['without code_challenge', {}],
    ['with an empty code_challenge', { code_challenge: '' }],
  ])(
    'a client that must use PKCE is redirected with invalid_request when it asks %s',
    async (_what, parameters) => {
      const { location } = await issuer.operator.get(issuer.authorizePath(parameters));
      expect(new URL(location ?? '').searchParams.get('error')).toBe('invalid_request');
    },
  );

  it('a client that must use PKCE gets no token for an earlier code that was requested without a challenge', async () => {
    await requirePkce(false);
    const code = await issuer.takeCode();
    await requirePkce(true);
    const answer = await issuer.redeem(code);
    expect([answer.status, answer.body.error]).toEqual([400, 'invalid_grant']);
  });
});
