import { afterEach, describe, expect, it } from 'vitest';
import { metadataSchema } from '../../../src/http/openapi-oauth.ts';
import { IssuerUnderTest } from './issuer-under-test.ts';

let issuer: IssuerUnderTest;
afterEach(() => issuer.close());

const read = async (headers: Record<string, string> = {}): Promise<Record<string, unknown>> => {
  const answer = await fetch(`${issuer.url}/.well-known/oauth-authorization-server`, { headers });
  return (await answer.json()) as Record<string, unknown>;
};

describe('the metadata (RFC 8414)', () => {
  it('the metadata names the addresses under PUBLIC_URL', async () => {
    issuer = await IssuerUnderTest.start({ PUBLIC_URL: 'https://calls.example.com/' });
    expect(await read()).toMatchObject({
      issuer: 'https://calls.example.com',
      authorization_endpoint: 'https://calls.example.com/oauth/authorize',
      token_endpoint: 'https://calls.example.com/oauth/token',
      revocation_endpoint: 'https://calls.example.com/oauth/revoke',
    });
  });

  it('the metadata lists exactly what the issuer supports', async () => {
    issuer = await IssuerUnderTest.start();
    expect(await read()).toMatchObject({
      scopes_supported: ['webhooks'],
      response_types_supported: ['code'],
      grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials'],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
    });
  });

  it('the metadata matches its description in /openapi.json', async () => {
    issuer = await IssuerUnderTest.start();
    expect(metadataSchema.strict().safeParse(await read()).error).toBeUndefined();
  });

  it('the metadata ignores the host headers of a request', async () => {
    issuer = await IssuerUnderTest.start();
    const metadata = await read({ 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' });
    expect(metadata.issuer).toBe(issuer.url);
  });
});
