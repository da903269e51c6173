import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { problemSchema } from '../../src/http/openapi.ts';
import { problemCodes, type ProblemCode } from '../../src/web/problem.ts';
import { readQuarantine, type QuarantinedBody } from '../../src/store/quarantine.ts';
import { startRunningReceiver, type RunningReceiver } from '../fixtures/running-receiver.ts';

let receiver: RunningReceiver;
beforeAll(async () => {
  receiver = await startRunningReceiver({ settings: { QUARANTINE_MB: '2' } });
});
afterAll(() => receiver.close());
beforeEach(() => receiver.store.writer.knex('quarantine').delete());

const kept = (): Promise<QuarantinedBody[]> => readQuarantine(receiver.store, {}, 1000);
const nested = (levels: number): string => `${'{"a":'.repeat(levels - 1)}{}${'}'.repeat(levels - 1)}`;
const keys = (count: number): Record<string, number> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, index]));

const refused: readonly {
  what: string;
  code: ProblemCode;
  body: string | Uint8Array;
  headers?: Record<string, string>;
}[] = [
  { what: 'an empty body', code: 'empty_body', body: '' },
  { what: 'blanks', code: 'empty_body', body: ' \r\n\t' },
  { what: 'a byte order mark alone', code: 'empty_body', body: '\ufeff' },
  { what: 'a broken body', code: 'malformed_json', body: '{"callsessionid":"x"' },
  { what: 'a form', code: 'malformed_json', body: 'callsessionid=x&a=b' },
  { what: 'two bodies in one', code: 'malformed_json', body: '{"callsessionid":"x"}{"callsessionid":"y"}' },
  { what: 'NaN', code: 'malformed_json', body: '{"callsessionid":"x","a":NaN}' },
  { what: 'bytes that are not UTF-8', code: 'malformed_json', body: Buffer.from([0x7b, 0x22, 0xff, 0xfe]) },
  { what: 'UTF-16 that is cut', code: 'malformed_json', body: Buffer.from('\ufeff{"callsess', 'utf16le') },
  { what: '33 levels', code: 'too_deep', body: nested(33) },
  { what: '100,000 arrays', code: 'too_deep', body: '['.repeat(100_000) + ']'.repeat(100_000) },
  {
    what: '1,001 keys',
    code: 'too_many_keys',
    body: JSON.stringify({ callsessionid: 'x', ...keys(1000) }),
  },
  {
    what: 'a long key above many others',
    code: 'too_many_keys',
    body: JSON.stringify({ callsessionid: 'x', ['a'.repeat(200_000)]: keys(900) }),
  },
  { what: '__proto__', code: 'forbidden_key', body: '{"callsessionid":"x","__proto__":{"polluted":1}}' },
  { what: 'an inner __proto__', code: 'forbidden_key', body: '{"callsessionid":"x","a":[{"__proto__":1}]}' },
  { what: 'an escaped __proto__', code: 'forbidden_key', body: '{"callsessionid":"x","\\u005f_proto__":1}' },
  {
    what: 'constructor',
    code: 'forbidden_key',
    body: '{"callsessionid":"x","constructor":{"prototype":{}}}',
  },
  { what: 'prototype', code: 'forbidden_key', body: '{"callsessionid":"x","prototype":1}' },
  { what: 'an empty list', code: 'not_an_object', body: '[]' },
  { what: 'a list without a call', code: 'not_a_call', body: '[{"a":1}]' },
  { what: 'a list of 1,001 calls', code: 'too_many_calls', body: `[${'{},'.repeat(1000)}{}]` },
  { what: 'a text', code: 'not_an_object', body: '"callsessionid"' },
  { what: 'null', code: 'not_an_object', body: 'null' },
  { what: 'a number', code: 'not_an_object', body: '42' },
  { what: 'an object without a call', code: 'not_a_call', body: '{}' },
  { what: 'a called number without a start', code: 'not_a_call', body: '{"Called Number":"0412345678"}' },
  { what: 'a blank callsessionid', code: 'not_a_call', body: '{"callsessionid":" "}' },
  {
    what: 'the type text/html',
    code: 'unsupported_content_type',
    body: '<p>callsessionid</p>',
    headers: { 'content-type': 'text/html' },
  },
  {
    what: 'the type multipart/form-data',
    code: 'unsupported_content_type',
    body: '{"callsessionid":"x"}',
    headers: { 'content-type': 'multipart/form-data; boundary=x' },
  },
  {
    what: 'the encoding zstd',
    code: 'unsupported_content_encoding',
    body: '{"callsessionid":"x"}',
    headers: { 'content-encoding': 'zstd' },
  },
  {
    what: 'two encodings',
    code: 'unsupported_content_encoding',
    body: gzipSync(gzipSync('{"callsessionid":"x"}')),
    headers: { 'content-encoding': 'gzip, gzip' },
  },
  {
    what: 'invalid gzip',
    code: 'malformed_encoding',
    body: '{"callsessionid":"x"}',
    headers: { 'content-encoding': 'gzip' },
  },
  {
    what: 'gzip that is cut off',
    code: 'malformed_encoding',
    body: gzipSync('{"callsessionid":"x"}').subarray(0, 25),
    headers: { 'content-encoding': 'gzip' },
  },
];

describe.each(refused)('$what', ({ code, body, headers }) => {
  const send = (path = '/webhooks/jet'): Promise<Response> =>
    receiver.push(body, { path, ...(headers === undefined ? {} : { headers }) });

  it(`a refused body is answered ${problemCodes[code].status} ${code}`, async () => {
    const answer = await send();
    expect(answer.status).toBe(problemCodes[code].status);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    const problem = problemSchema.strict().parse(await answer.json());
    expect(problem).toMatchObject({ code, status: answer.status, title: problemCodes[code].title });
  });

  it('a refused body is in the quarantine, byte for byte, before it is answered', async () => {
    await send('/webhooks/jet/call-end');
    const [only, ...more] = await kept();
    expect(more).toEqual([]);
    expect(only).toMatchObject({ code, pathStage: 'call_end', times: 1 });
    expect(only?.contentEncoding).toBe(headers?.['content-encoding']);
    expect(only?.body.equals(Buffer.from(body as string))).toBe(true);
  });
});

describe('a refused body', () => {
  it('a refused body is kept once and counted when it comes five times', async () => {
    for (let number = 0; number < 5; number += 1) await receiver.push('{');
    expect((await kept()).map(({ times }) => times)).toEqual([5]);
  });

  it('a refused body is kept once and counted when it comes twenty times at once', async () => {
    await Promise.all(Array.from({ length: 20 }, () => receiver.push('{')));
    expect((await kept()).map(({ times }) => times)).toEqual([20]);
  });

  it('a refused body is answered 503 with Retry-After and not kept when the quarantine is full', async () => {
    const statuses: number[] = [];
    let last: Response | undefined;
    for (let number = 0; number < 12; number += 1) {
      last = await receiver.push(`{${'a'.repeat(200_000)}${number}`);
      statuses.push(last.status);
    }
    expect(statuses.slice(0, 10)).toEqual(Array(10).fill(400));
    expect(last?.status).toBe(503);
    expect(last?.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
    expect(await last?.json()).toMatchObject({ code: 'quarantine_full' });
    expect(await kept()).toHaveLength(10);
  });

  it('a refused body is counted when it is already in a full quarantine', async () => {
    await receiver.push('{');
    for (let number = 0; number < 12; number += 1) await receiver.push(`{${'a'.repeat(200_000)}${number}`);
    expect((await receiver.push('{')).status).toBe(400);
  });

  it('a refused body does not change the prototype of objects', async () => {
    await receiver.push('{"callsessionid":"x","__proto__":{"polluted":1}}');
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it('a refused body gets an answer that repeats no part of it', async () => {
    const answer = await receiver.push('{"callsessionid":"x","prototype":"canary-7f"}');
    expect(await answer.text()).not.toContain('canary-7f');
  });
});

describe('a body within the limits', () => {
  it.each([
    ['32 levels', `{"callsessionid":"deep","a":${nested(31)}}`],
    ['1,000 keys', JSON.stringify({ callsessionid: 'keys', ...keys(999) })],
    ['a key __proto', '{"callsessionid":"near","__proto":1,"proto":2,"hasOwnProperty":3,"toString":4}'],
    ['a byte order mark', '\ufeff{"callsessionid":"bom"}'],
  ])('a body within the limits is accepted: %s', async (_what, body) => {
    expect((await receiver.push(body)).status).toBe(200);
  });
});
