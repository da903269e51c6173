import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { basic, IssuerUnderTest } from './issuer-under-test.ts';

let issuer: IssuerUnderTest;
let own: { client_id: string; client_secret: string };
beforeAll(async () => {
  issuer = await IssuerUnderTest.start();
  own = { client_id: issuer.client.clientId, client_secret: issuer.client.clientSecret };
});
afterAll(() => issuer.close());

const grant = { grant_type: 'client_credentials' };
const form = (
  fields: Record<string, string> | string,
  headers: Record<string, string> = {},
): RequestInit => ({
  headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
  body: typeof fields === 'string' ? fields : new URLSearchParams(fields).toString(),
});
const ask = (init: RequestInit): ReturnType<IssuerUnderTest['ask']> => issuer.ask('/oauth/token', init);

describe('a success (RFC 6749 section 5.1)', () => {
  it('a token answer is JSON that is not cached', async () => {
    const { status, headers } = await ask(form({ ...grant, ...own }));
    expect(status).toBe(200);
    expect(headers.get('content-type')).toMatch(/^application\/json/);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('pragma')).toBe('no-cache');
  });

  it('a token answer has token, type, whole seconds and scope, and nothing else for client credentials', async () => {
    const { body } = await ask(form({ ...grant, ...own }));
    expect(body).toEqual({
      access_token: expect.stringMatching(/^[A-Za-z0-9]{43}$/) as unknown,
      ...{ token_type: 'Bearer', expires_in: 3600, scope: 'webhooks' },
    });
  });

  it.each([
    ['missing', undefined],
    ['empty', ''],
    ['blank', '  '],
    ['the only existing one', 'webhooks'],
    ['the same twice', 'webhooks webhooks'],
    ['unknown', 'read:everything'],
    ['partly unknown', 'webhooks admin'],
  ])('a token answer names the scope webhooks when the requested scope is %s', async (_what, scope) => {
    const { body } = await ask(form({ ...grant, ...own, ...(scope === undefined ? {} : { scope }) }));
    expect(body.scope).toBe('webhooks');
  });

  it('a token never has a scope longer than its column, even if the request repeats it many times', async () => {
    const { status, body } = await ask(form({ ...grant, ...own, scope: 'webhooks '.repeat(500) }));
    expect([status, body.scope]).toEqual([200, 'webhooks']);
  });

  it('a token request ignores unknown parameters', async () => {
    expect((await ask(form({ ...grant, ...own, audience: 'x', resource: 'y' }))).status).toBe(200);
  });

  it('a token request treats empty parameters as absent', async () => {
    expect((await ask(form({ ...grant, ...own, code: '', redirect_uri: '', state: '' }))).status).toBe(200);
  });

  it('a token request accepts equal credentials in HTTP Basic and in the body', async () => {
    const headers = basic(own.client_id, own.client_secret);
    expect((await ask(form({ ...grant, ...own }, headers))).status).toBe(200);
  });

  it('a token request accepts the word Basic in any case', async () => {
    const { authorization } = basic(own.client_id, own.client_secret);
    const headers = { authorization: authorization.replace('Basic', 'bAsIc') };
    expect((await ask(form(grant, headers))).status).toBe(200);
  });
});

describe('a refusal (RFC 6749 section 5.2)', () => {
  it.each([
    ['no grant type', {}, 'invalid_request'],
    ['an empty grant type', { grant_type: '' }, 'invalid_request'],
    [
      'the password grant',
      { grant_type: 'password', username: 'a', password: 'b' },
      'unsupported_grant_type',
    ],
    ['the implicit grant', { grant_type: 'implicit' }, 'unsupported_grant_type'],
    ['a member name of every object', { grant_type: 'constructor' }, 'unsupported_grant_type'],
    [
      'a grant by its full name',
      { grant_type: 'urn:ietf:params:oauth:grant-type:device_code' },
      'unsupported_grant_type',
    ],
    ['no code', { grant_type: 'authorization_code' }, 'invalid_request'],
    ['no refresh token', { grant_type: 'refresh_token' }, 'invalid_request'],
    ['a code that is not ASCII', { grant_type: 'authorization_code', code: 'é\u0000' }, 'invalid_request'],
    ['an odd scope', { ...grant, scope: 'a"b' }, 'invalid_scope'],
  ])('the refusal of %s is 400', async (_what, fields, error) => {
    const { status, headers, body } = await ask(form({ ...fields, ...own }));
    expect([status, body.error]).toEqual([400, error]);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(typeof body.error_description).toBe('string');
  });

  it('the refusal of a repeated parameter is invalid_request', async () => {
    const body = `${new URLSearchParams({ ...grant, ...own }).toString()}&scope=webhooks&scope=webhooks`;
    expect((await ask(form(body))).body.error).toBe('invalid_request');
  });

  it('the refusal of two different credentials is invalid_request', async () => {
    const other = await issuer.createClient([], 'Other');
    const headers = basic(other.clientId, other.clientSecret);
    const { status, body } = await ask(form({ ...grant, ...own }, headers));
    expect([status, body.error]).toEqual([400, 'invalid_request']);
  });

  it.each([
    ['text/plain', 'a=b'],
    ['application/json', '{'],
    ['application/json', '[]'],
    ['application/json', 'null'],
    ['application/json', '{"grant_type":["client_credentials"]}'],
    ['application/json', '{"grant_type":{"a":1}}'],
    ['multipart/form-data; boundary=x', '--x--'],
  ])('the refusal of the body %s %s is invalid_request', async (type, body) => {
    const answer = await ask({ headers: { 'content-type': type }, body });
    expect([answer.status, answer.body.error]).toEqual([400, 'invalid_request']);
  });

  it('the refusal of 101 parameters is invalid_request', async () => {
    const many = Object.fromEntries(Array.from({ length: 98 }, (_none, index) => [`p${index}`, 'x']));
    expect((await ask(form({ ...grant, ...own, ...many, last: 'x' }))).body.error).toBe('invalid_request');
  });

  it('the refusal of a body larger than 16 KiB is 413 in the same format', async () => {
    const { status, headers, body } = await ask(form('a'.repeat(17_000)));
    expect([status, body.error]).toEqual([413, 'invalid_request']);
    expect(headers.get('cache-control')).toBe('no-store');
  });

  it('the token endpoint ignores credentials in the query', async () => {
    const query = new URLSearchParams({ ...grant, ...own }).toString();
    const { body } = await issuer.ask(`/oauth/token?${query}`, form(''));
    expect(body.error).toBe('invalid_request');
  });
});

describe('invalid_client', () => {
  const refusals: readonly (readonly [string, () => RequestInit])[] = [
    ['a wrong secret in the body', () => form({ ...grant, ...own, client_secret: 'no' })],
    ['a wrong secret by Basic', () => form(grant, basic(own.client_id, 'no'))],
    ['an unknown client', () => form({ ...grant, client_id: 'a'.repeat(24), client_secret: 'no' })],
    ['no credentials', () => form(grant)],
    ['no secret', () => form({ ...grant, client_id: own.client_id })],
    ['an empty secret by Basic', () => form(grant, basic(own.client_id, ''))],
    ['an invalid Basic header', () => form(grant, { authorization: 'Basic ???' })],
    ['a bearer token', () => form(grant, { authorization: 'Bearer abc' })],
    ['an id with a NUL', () => form({ ...grant, ...own, client_id: `${own.client_id}\u0000` })],
    ['an id with a blank after it', () => form({ ...grant, ...own, client_id: `${own.client_id} ` })],
    ['an id in a different case', () => form({ ...grant, ...own, client_id: own.client_id.toLowerCase() })],
    ['a secret beyond ASCII', () => form({ ...grant, ...own, client_secret: 'sécret' })],
    [
      'a secret with an additional character',
      () => form({ ...grant, ...own, client_secret: `${own.client_secret}a` }),
    ],
  ];

  it.each(refusals)('the answer to %s is invalid_client with 401', async (_what, init) => {
    issuer.clock.aheadMs += 2 * 3_600_000;
    const { status, headers, body } = await ask(init());
    expect([status, body.error]).toEqual([401, 'invalid_client']);
    expect(headers.get('cache-control')).toBe('no-store');
  });

  it('invalid_client has the Basic challenge when HTTP Basic was used', async () => {
    const { headers } = await ask(form(grant, basic(own.client_id, 'no')));
    expect(headers.get('www-authenticate')).toMatch(/^Basic realm="/);
  });

  it('invalid_client has no challenge when the credentials were in the body', async () => {
    const { headers } = await ask(form({ ...grant, ...own, client_secret: 'no' }));
    expect(headers.get('www-authenticate')).toBeNull();
  });

  it('invalid_client is the same for an unknown client and for a wrong secret', async () => {
    issuer.clock.aheadMs += 2 * 3_600_000;
    const unknown = await ask(form({ ...grant, client_id: 'a'.repeat(24), client_secret: 'b'.repeat(43) }));
    const wrong = await ask(form({ ...grant, ...own, client_secret: 'b'.repeat(43) }));
    expect([unknown.status, unknown.body]).toEqual([wrong.status, wrong.body]);
  });
});

describe('an unknown client', () => {
  it('an unknown client takes the same database statements as a wrong secret', async () => {
    const { knex } = issuer.receiver.store.reader;
    const statements: string[] = [];
    const note = ({ sql }: { sql: string }): void => void statements.push(sql);
    knex.on('query', note);
    await ask(form({ ...grant, ...own, client_secret: 'b'.repeat(43) }));
    const forWrongSecret = statements.splice(0);
    await ask(form({ ...grant, client_id: 'a'.repeat(24), client_secret: 'b'.repeat(43) }));
    knex.off('query', note);
    expect(forWrongSecret).toHaveLength(1);
    expect(statements).toEqual(forWrongSecret);
  });
});
