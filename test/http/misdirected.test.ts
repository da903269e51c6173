import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { randomText } from '../../src/auth/secrets.ts';
import { problemSchema } from '../../src/http/openapi.ts';
import { readQuarantine } from '../../src/store/quarantine.ts';
import { exchange } from '../fixtures/raw-http.ts';
import { startRunningReceiver, type RunningReceiver } from '../fixtures/running-receiver.ts';

let receiver: RunningReceiver;
beforeAll(async () => {
  receiver = await startRunningReceiver();
});
afterAll(() => receiver.close());
beforeEach(() => receiver.store.writer.knex('quarantine').delete());

const body = '{"callsessionid":"misdirected"}';
const kept = () => readQuarantine(receiver.store, {}, 10);

describe('a body with credentials', () => {
  it.each(
    ['PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND'].flatMap((method) =>
      [
        ['/webhooks/jet', undefined],
        ['/webhooks/jet/call-end', 'call_end'],
      ].map(([path, pathStage]) => ({ method, path, pathStage })),
    ),
  )(
    'a body with credentials by $method at $path is answered 405, and kept',
    async ({ method, path, pathStage }) => {
      const answer = await receiver.push(body, { method, path: path ?? '' });
      expect(answer.status).toBe(405);
      expect(answer.headers.get('allow')).toBe('POST');
      expect(problemSchema.parse(await answer.json())).toMatchObject({ code: 'method_not_allowed' });
      const rows = await kept();
      expect(rows).toMatchObject([{ code: 'method_not_allowed', pathStage, times: 1 }]);
      expect(rows[0]?.body.toString()).toBe(body);
    },
  );

  it.each(
    [
      ...[
        '/webhooks/jet/call-ended',
        '/webhooks/jet%20',
        '/webhooks/jet;a=b',
        '/webhooks%2Fjet',
        '/webhooks',
      ],
      ...['/webhook/jet', '/jet', '/', '/webhooks/jet/%zz'],
    ].flatMap((path) => ['POST', 'PUT'].map((method) => ({ method, path }))),
  )('a body with credentials by $method at $path is answered 404, and kept', async ({ method, path }) => {
    const answer = await receiver.push(body, { method, path });
    expect(answer.status).toBe(404);
    expect(problemSchema.parse(await answer.json())).toMatchObject({ code: 'not_found' });
    const rows = await kept();
    expect(rows).toMatchObject([{ code: 'not_found', times: 1 }]);
    expect(rows[0]?.body.toString()).toBe(body);
  });

  it('a body with credentials that is too large is answered 413 at any other address too, and not kept', async () => {
    expect((await receiver.push('x'.repeat(300_000), { path: '/jet' })).status).toBe(413);
    expect(await kept()).toEqual([]);
  });

  it('a body with credentials in chunks by PUT is kept', async () => {
    const head = `PUT /webhooks/jet HTTP/1.1\r\nHost: test\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n`;
    const authorization = `Authorization: Bearer ${await receiver.takeToken()}\r\n\r\n`;
    const chunk = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
    expect((await exchange(receiver.port, head + authorization + chunk)).statuses).toEqual([405]);
    expect((await kept())[0]?.body.toString()).toBe(body);
  });
});

describe('a body without credentials', () => {
  it.each(['PUT', 'PATCH'])(
    'a body without credentials by %s is answered 401, and not kept',
    async (method) => {
      const answer = await receiver.push(body, { method, headers: { authorization: 'Bearer x' } });
      expect(answer.status).toBe(401);
      expect(await kept()).toEqual([]);
    },
  );
});

describe('a body at another address', () => {
  it('a body without credentials at another address is answered 404, and not kept', async () => {
    expect((await fetch(`${receiver.url}/webhooks`, { method: 'POST', body })).status).toBe(404);
    expect(await kept()).toEqual([]);
  });

  it('a body with an expired token at another address is answered 401, so that the sender requests a new one', async () => {
    const headers = { authorization: `Bearer ${randomText()}` };
    expect((await receiver.push(body, { path: '/webhooks', headers })).status).toBe(401);
    expect(await kept()).toEqual([]);
  });
});

describe('another method without a body', () => {
  it.each(['GET', 'PUT', 'DELETE'])(
    'a %s without a body is answered 405 without a check of credentials',
    async (method) => {
      const answer = await fetch(`${receiver.url}/webhooks/jet`, { method });
      expect(answer.status).toBe(405);
      expect(await kept()).toEqual([]);
    },
  );
});
