import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { updateClient } from '../../src/store/oauth/oauth-rows.ts';
import { startRunningReceiver, type RunningReceiver } from '../fixtures/running-receiver.ts';
import { askToken, basic, form, type TokenAnswer } from '../fixtures/token-endpoint.ts';

let receiver: RunningReceiver;
let id: string;
let secret: string;
let nowMs = Date.now();
beforeAll(async () => {
  receiver = await startRunningReceiver({ clock: () => nowMs });
  ({ clientId: id, clientSecret: secret } = receiver.client);
});
afterAll(() => receiver.close());

function ask(body: string, headers: Record<string, string> = form): Promise<TokenAnswer> {
  nowMs += 2 * 3_600_000;
  return askToken(receiver, body, headers);
}

const grant = 'grant_type=client_credentials';
const json = { 'content-type': 'application/json' };

async function expectRefused(answer: Promise<TokenAnswer>, status: number, error: string): Promise<void> {
  const { body, headers, ...rest } = await answer;
  expect(rest.status).toBe(status);
  expect(body).toEqual({ error, error_description: expect.stringMatching(/^[ -~]+$/) as string });
  expect(headers.get('content-type')).toBe('application/json');
  expect(headers.get('cache-control')).toBe('no-store');
}

describe('wrong credentials', () => {
  it('wrong credentials by HTTP Basic are answered 401 with a Basic challenge', async () => {
    const answer = ask(grant, { ...form, ...basic(id, 'wrong') });
    await expectRefused(answer, 401, 'invalid_client');
    expect((await answer).headers.get('www-authenticate')).toBe('Basic realm="jet-receiver"');
  });

  it('wrong credentials in the body are answered 401 without a Basic challenge', async () => {
    const answer = ask(`${grant}&client_id=${id}&client_secret=wrong`);
    await expectRefused(answer, 401, 'invalid_client');
    expect((await answer).headers.get('www-authenticate')).toBeNull();
  });

  it('an unknown client gets the same answer as a known one with a wrong secret', async () => {
    const known = await ask(`${grant}&client_id=${id}&client_secret=wrong`);
    const unknown = await ask(`${grant}&client_id=nobody&client_secret=wrong`);
    expect({ ...unknown, headers: undefined }).toEqual({ ...known, headers: undefined });
  });

  it('the credentials of a revoked client are wrong', async () => {
    await updateClient(receiver.store, id, { revoked_at: nowMs });
    const answer = ask(`${grant}&client_id=${id}&client_secret=${secret}`);
    await expectRefused(answer, 401, 'invalid_client');
    await receiver.store.writer.knex('oauth_clients').update({ revoked_at: null });
  });

  it.each([
    ['no secret', () => `${grant}&client_id=${id}`],
    ['no id', () => `${grant}&client_secret=${secret}`],
    ['an empty secret', () => `${grant}&client_id=${id}&client_secret=`],
    [
      'a code verifier instead of the secret',
      () => `${grant}&client_id=${id}&code_verifier=${'v'.repeat(43)}`,
    ],
    ['the id as the secret', () => `${grant}&client_id=${id}&client_secret=${id}`],
    ['a secret with a blank at its end', () => `${grant}&client_id=${id}&client_secret=${secret}+`],
    ['a secret in lower case', () => `${grant}&client_id=${id}&client_secret=${secret.toLowerCase()}`],
    ['an id with a wildcard', () => `${grant}&client_id=%25&client_secret=${secret}`],
    ['an id with a quote', () => `${grant}&client_id=${id}'--&client_secret=${secret}`],
  ])('credentials with %s are wrong', async (_what, body) => {
    await expectRefused(ask(body()), 401, 'invalid_client');
  });

  it.each([
    ['no colon', () => `Basic ${btoa(`${id}${secret}`)}`],
    ['no id', () => `Basic ${btoa(`:${secret}`)}`],
    ['no secret', () => `Basic ${btoa(`${id}:`)}`],
    ['no base64', () => `Basic ${id}:${secret}`],
    ['another scheme', () => `Bearer ${secret}`],
    ['no value', () => 'Basic'],
    ['a secret with + for a space', () => basic(id, `${secret}+`).authorization],
    ['a secret with a percent sign alone', () => basic(id, `${secret}%`).authorization],
  ])('HTTP Basic with %s is wrong', async (_what, authorization) => {
    const answer = ask(grant, { ...form, authorization: authorization() });
    await expectRefused(answer, 401, 'invalid_client');
    expect((await answer).headers.get('www-authenticate')).toBe('Basic realm="jet-receiver"');
  });

  it('the secret in the query string is wrong', async () => {
    const url = `${receiver.url}/oauth/token?client_id=${id}&client_secret=${secret}`;
    nowMs += 2 * 3_600_000;
    expect((await fetch(url, { method: 'POST', body: new URLSearchParams(grant) })).status).toBe(401);
  });
});

describe('a grant type', () => {
  it.each([
    'password',
    'implicit',
    'token',
    'authorization_cod',
    'CLIENT_CREDENTIALS',
    '__proto__',
    'toString',
  ])('the grant type %s is not supported', async (name) => {
    const body = `grant_type=${name}&client_id=${id}&client_secret=${secret}&username=a&password=b`;
    await expectRefused(ask(body), 400, 'unsupported_grant_type');
  });

  it.each(['', 'grant_type='])('the grant type is missing in "%s"', async (start) => {
    await expectRefused(ask(`${start}&client_id=${id}&client_secret=${secret}`), 400, 'invalid_request');
  });
});

describe('an invalid request', () => {
  it.each([
    ['a repeated parameter', () => `${grant}&client_id=${id}&client_secret=${secret}&${grant}`, form],
    ['a repeated empty parameter', () => `${grant}&scope=&scope=`, form],
    ['a repeated secret', () => `${grant}&client_id=${id}&client_secret=x&client_secret=${secret}`, form],
    ['101 parameters', () => Array.from({ length: 101 }, (_, n) => `p${n}=1`).join('&'), form],
    ['broken JSON', () => '{"grant_type":', json],
    ['JSON that is an array', () => '[]', json],
    ['JSON that is null', () => 'null', json],
    ['JSON with a number', () => '{"grant_type":"client_credentials","client_id":1}', json],
    ['JSON with an object', () => '{"grant_type":{"a":1}}', json],
    ['an empty JSON body', () => '', json],
    ['another content type', () => grant, { 'content-type': 'multipart/form-data; boundary=x' }],
    ['the content type text/plain', () => grant, { 'content-type': 'text/plain' }],
    ['a wrong content type', () => '{"grant_type":"client_credentials"}', form],
    ['bytes that are not text', () => '\0\xff\xfe', {}],
  ])('a request with %s is invalid', async (_what, body, headers) => {
    await expectRefused(ask(body(), headers), 400, 'invalid_request');
  });

  it('a request with a control character in its scope is invalid', async () => {
    const body = `${grant}&client_id=${id}&client_secret=${secret}&scope=%00`;
    await expectRefused(ask(body), 400, 'invalid_scope');
  });

  it('a request of more than 16 KiB is invalid', async () => {
    const { status, headers, body } = await ask(`${grant}&x=${'a'.repeat(16_384)}`);
    expect([status, body.error]).toEqual([413, 'invalid_request']);
    expect(headers.get('cache-control')).toBe('no-store');
  });

  it.each(['GET', 'PUT', 'DELETE'])('a request with the method %s is invalid', async (method) => {
    const answer = await fetch(`${receiver.url}/oauth/token`, { method });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  it('an invalid request gets an answer that repeats nothing from it', async () => {
    const { body } = await ask(
      `grant_type=canary-5e&client_id=canary-5e&client_secret=canary-5e&scope=canary-5e`,
    );
    expect(JSON.stringify(body)).not.toContain('canary');
  });
});

describe('a request of exactly 16 KiB', () => {
  it('a request of exactly 16 KiB is read', async () => {
    const start = `${grant}&client_id=${id}&client_secret=${secret}&x=`;
    expect((await ask(start + 'a'.repeat(16_384 - start.length))).status).toBe(200);
  });
});
