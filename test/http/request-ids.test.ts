import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRefused } from '../../src/store/lookup/refused-requests.ts';
import { readAskedRedirects } from '../../src/store/lookup/asked-redirects.ts';
import { startRunningReceiver, type RunningReceiver } from '../fixtures/running-receiver.ts';

const headerValue = 'header-value-of-the-tests';
let receiver: RunningReceiver;
beforeAll(async () => {
  receiver = await startRunningReceiver({
    settings: { WEBHOOK_HEADER_NAME: 'X-Key', WEBHOOK_HEADER_VALUE: headerValue },
  });
});
afterAll(() => receiver.close());

const ownId = /^[\da-f]{16}$/;

/** The kinds of refused requests that the store holds once `code` is among them. */
async function storedWith(code: string) {
  await expect
    .poll(async () => (await readRefused(receiver.store.reader, { code })).length)
    .toBeGreaterThan(0);
  return readRefused(receiver.store.reader, { code });
}

function linesWith(requestId: string): Record<string, unknown>[] {
  return receiver.logLines
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter((line) => line['requestId'] === requestId);
}

describe('the id of a refused request', () => {
  it('the id of a refused request is in the body, in the header, in the log and in the store', async () => {
    const answer = await receiver.push('{');
    const { requestId } = (await answer.json()) as { requestId: string };
    expect(requestId).toMatch(ownId);
    expect(answer.headers.get('x-request-id')).toBe(requestId);
    expect(linesWith(requestId)).toMatchObject([{ code: 'malformed_json' }]);
    expect(await storedWith('malformed_json')).toMatchObject([{ requestId }]);
  });

  it('the id of a refused request differs from request to request', async () => {
    const ids = await Promise.all(
      [1, 2].map(async () => (await fetch(`${receiver.url}/nothing`)).headers.get('x-request-id')),
    );
    expect(new Set(ids).size).toBe(2);
  });

  it.each(['3f2b8c1e-9a7d-4b6e-8f10-2c3d4e5f6a7b', '8c1e9a7d4b6e8f102c3d4e5f6a7b3f2b', 'proxy-1234-abc'])(
    'the id of a refused request is the id of the caller when that is plain: %s',
    async (id) => {
      const answer = await fetch(`${receiver.url}/nothing`, { headers: { 'x-request-id': id } });
      expect(answer.headers.get('x-request-id')).toBe(id);
    },
  );

  it.each([
    '0412345678',
    'call-61412345678',
    '1234567812345678',
    'a b',
    '<b>bold</b>',
    'x'.repeat(37),
    'short',
  ])('the id of a refused request is not the id of the caller when that is %j', async (id) => {
    const answer = await fetch(`${receiver.url}/nothing`, { headers: { 'x-request-id': id } });
    expect(answer.headers.get('x-request-id')).toMatch(ownId);
  });

  it('an answer to a stored push has no request id', async () => {
    expect((await receiver.push({ callsessionid: 'taken' })).headers.get('x-request-id')).toBeNull();
  });

  it('an OAuth error has the request id in its header, and its body keeps its form', async () => {
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: 'x',
      client_secret: 'y',
    });
    const answer = await fetch(`${receiver.url}/oauth/token`, { method: 'POST', body });
    expect(Object.keys((await answer.json()) as object)).toEqual(['error', 'error_description']);
    const requestId = answer.headers.get('x-request-id') ?? '';
    expect(linesWith(requestId)).toMatchObject([{ code: 'invalid_client' }]);
    expect(await storedWith('invalid_client')).toMatchObject([
      { requestId, path: '/oauth/token', status: 401, credential: 'body' },
    ]);
  });

  it('the page of a refused authorization request shows the request id', async () => {
    const answer = await fetch(`${receiver.url}/oauth/authorize?client_id=nobody`);
    const [, id = ''] = /Request ([\da-f]{16})/.exec(await answer.text()) ?? [];
    expect(linesWith(id)).toMatchObject([{ code: 'unknown_client' }]);
    expect(await storedWith('unknown_client')).toMatchObject([{ requestId: id, status: 400 }]);
  });
});

describe('a refused request', () => {
  const send = (path: string, init: RequestInit) => fetch(`${receiver.url}${path}`, init);

  it.each<[string, string, RequestInit, object]>([
    [
      'not_authenticated',
      '/webhooks/jet',
      { method: 'POST', body: '{}' },
      { status: 401, credential: 'none', size: 2, path: '/webhooks/jet', method: 'POST' },
    ],
    ['method_not_allowed', '/webhooks/jet/call-end', {}, { status: 405, method: 'GET', size: undefined }],
    [
      'not_found',
      `/webhoks/0412345678?token=${headerValue}`,
      { method: 'POST' },
      { status: 404, path: '/webhoks/…' },
    ],
    [
      'body_too_large',
      '/webhooks/jet',
      { method: 'POST', headers: { 'x-key': headerValue }, body: 'a'.repeat(300_000) },
      { status: 413, credential: 'header', size: 300_000 },
    ],
    [
      'unsupported_content_type',
      '/webhooks/jet',
      { method: 'POST', headers: { 'x-key': headerValue, 'content-type': 'text/csv' }, body: 'a,b' },
      { status: 415, quarantineId: expect.any(String) as string },
    ],
    [
      'not_a_call',
      '/webhooks/jet',
      { method: 'POST', headers: { 'x-key': headerValue }, body: '{}' },
      { status: 422, quarantineId: expect.any(String) as string },
    ],
  ])(
    'a request that is refused with %s is in the store, and in the log once',
    async (code, path, init, facts) => {
      const answer = await send(path, init);
      const requestId = answer.headers.get('x-request-id') ?? '';
      await expect
        .poll(() => readRefused(receiver.store.reader, { code }))
        .toContainEqual(expect.objectContaining({ address: '127.0.0.1', requestId, times: 1, ...facts }));
      expect(linesWith(requestId)).toHaveLength(1);
    },
  );

  it('a refused request in the store never has the fixed header or a number', async () => {
    const rows = await receiver.store.reader.knex('refused_requests').select('*');
    expect(JSON.stringify(rows)).not.toMatch(new RegExp(`${headerValue}|412345678`));
  });

  it('/metrics counts refused requests, OAuth errors too', async () => {
    const text = await (await fetch(`${receiver.url}/metrics`)).text();
    expect(text).toMatch(/^jet_requests_refused_total\{code="not_a_call"\} \d+$/m);
    expect(text).toMatch(/^jet_requests_refused_total\{code="unknown_client"\} \d+$/m);
  });

  it('a refused request is counted with equal requests, and none is lost', async () => {
    for (let number = 0; number < 50; number += 1) await fetch(`${receiver.url}/webhoks/x`);
    const filter = { code: 'not_found', path: '/webhoks/x' };
    await expect.poll(async () => (await readRefused(receiver.store.reader, filter))[0]?.times).toBe(50);
  });
});

describe('a redirect URI that is not registered', () => {
  const ask = (uri: string): Promise<Response> => {
    const { clientId } = receiver.client;
    const query = new URLSearchParams({ client_id: clientId, response_type: 'code', redirect_uri: uri });
    return fetch(`${receiver.url}/oauth/authorize?${query.toString()}`);
  };

  it('an unregistered redirect URI is kept, and shown on the page and in the log with the command that registers it', async () => {
    const uri = "https://jet.example/cb?tenant=it's&x=1";
    const command = `npm run client -- redirect ${receiver.client.clientId} --add 'https://jet.example/cb?tenant=it'\\''s&x=1'`;
    const answer = await ask(uri);
    expect(answer.status).toBe(400);
    const text = (await answer.text()).replace(/&#(\d+);/g, (_all, code) =>
      String.fromCharCode(Number(code)),
    );
    expect(text).toContain(command);
    expect(
      linesWith(answer.headers.get('x-request-id') ?? /Request (\w+)/.exec(text)?.[1] ?? ''),
    ).toMatchObject([{ code: 'redirect_not_registered', remedy: command }]);
    await expect
      .poll(async () => (await readAskedRedirects(receiver.store.reader)).map((asked) => asked.uri))
      .toEqual([uri]);
  });

  it('a redirect URI that cannot be registered is named with its fault, and not kept', async () => {
    const text = await (await ask('http://jet.example/cb')).text();
    expect(text).toContain('cannot be registered, because it must begin with https://');
    expect(text).not.toContain('npm run client');
    expect(await readAskedRedirects(receiver.store.reader)).toHaveLength(1);
  });

  it('unregistered redirect URIs are kept for only a few addresses a minute, whatever the number of requests', async () => {
    for (let number = 0; number < 30; number += 1) await ask(`https://jet.example/cb/${number}`);
    await expect.poll(async () => (await readAskedRedirects(receiver.store.reader)).length).toBe(10);
  });
});
