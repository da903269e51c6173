import type { Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient } from '../../src/auth/clients.ts';
import { hashToken } from '../../src/auth/secrets.ts';
import { problemSchema } from '../../src/http/openapi.ts';
import { problemCodes, type ProblemCode } from '../../src/web/problem.ts';
import { insertToken } from '../../src/store/oauth/oauth-rows.ts';
import { readQuarantine } from '../../src/store/quarantine.ts';
import { holdRequest } from '../fixtures/receiver-process.ts';
import { startRunningReceiver, type RunningReceiver } from '../fixtures/running-receiver.ts';

/** The sender of an interrupted upload has disconnected, so nobody reads these answers. */
const neverSeen: readonly ProblemCode[] = ['bad_request'];

let receiver: RunningReceiver;
const seen = new Set<string>();

beforeAll(async () => {
  receiver = await startRunningReceiver({ settings: { QUARANTINE_MB: '0.02' } });
});
afterAll(() => receiver.close());

async function codeOf(answer: Response, status: number): Promise<ProblemCode> {
  expect(answer.status).toBe(status);
  expect(answer.headers.get('cache-control')).toBe('no-store');
  const { code } = problemSchema.strict().parse(await answer.json());
  seen.add(code);
  return code;
}

const push = (body: string, headers: Record<string, string> = {}): Promise<Response> =>
  receiver.push(body, { headers });

describe('each problem', () => {
  it.each([
    ['empty_body', '', {}],
    ['malformed_json', '{', {}],
    ['malformed_encoding', '{', { 'content-encoding': 'gzip' }],
    ['too_deep', '['.repeat(40) + ']'.repeat(40), {}],
    ['too_many_keys', JSON.stringify(Object.fromEntries(Array.from({ length: 1001 }, (_, n) => [n, n]))), {}],
    ['forbidden_key', '{"__proto__":1}', {}],
    ['body_too_large', 'a'.repeat(300_000), {}],
    ['unsupported_content_type', '{}', { 'content-type': 'text/csv' }],
    ['unsupported_content_encoding', '{}', { 'content-encoding': 'zstd' }],
    ['not_an_object', '[]', {}],
    ['too_many_calls', `[${'{},'.repeat(1000)}{}]`, {}],
    ['not_a_call', '{}', {}],
    ['quarantine_full', `{${'a'.repeat(30_000)}`, {}],
  ] as const)('the problem %s is answered to a body', async (code, body, headers) => {
    expect(await codeOf(await push(body, headers), problemCodes[code].status)).toBe(code);
  });

  it('the problems not_authenticated and too_many_failures are answered to bad credentials', async () => {
    const knock = (): Promise<Response> => push('{}', { authorization: 'Bearer bad' });
    expect(await codeOf(await knock(), 401)).toBe('not_authenticated');
    for (let number = 0; number < 9; number += 1) await knock();
    expect(await codeOf(await knock(), 429)).toBe('too_many_failures');
  });

  it('the problem not_allowed is answered to a token without the scope', async () => {
    const { clientId } = await createClient(receiver.store, 'k'.repeat(32), Date.now, { name: 'Another' });
    const expiresAtMs = Date.now() + 60_000;
    await insertToken(receiver.store, {
      ...{
        hash: hashToken('other-scope'),
        clientId,
        familyId: undefined,
        scope: 'other',
        issuedAtMs: Date.now(),
        expiresAtMs,
      },
    });
    expect(await codeOf(await push('{}', { authorization: 'Bearer other-scope' }), 403)).toBe('not_allowed');
  });

  it('the problem not_found is answered at another address', async () => {
    expect(await codeOf(await fetch(`${receiver.url}/nothing`), 404)).toBe('not_found');
  });

  it('the problem method_not_allowed is answered to another method', async () => {
    expect(await codeOf(await fetch(`${receiver.url}/webhooks/jet`), 405)).toBe('method_not_allowed');
  });

  it('the problem not_storable is answered to a push that the database refuses, which is in the quarantine', async () => {
    const { knex } = receiver.store.writer;
    await knex('quarantine').delete();
    await knex.raw(
      "CREATE TRIGGER poison BEFORE INSERT ON pushes WHEN NEW.call_id = 'poison' BEGIN SELECT RAISE(ABORT, 'no'); END",
    );
    const neighbours = Array.from({ length: 5 }, (_, n) => push(`{"callsessionid":"neighbour-${n}"}`));
    const body = '{"callsessionid":"poison"}';
    expect(await codeOf(await push(body), 422)).toBe('not_storable');
    expect((await Promise.all(neighbours)).map(({ status }) => status)).toEqual(Array(5).fill(200));
    const kept = await readQuarantine(receiver.store, { code: 'not_storable' }, 10);
    expect(kept.map((row) => row.body.toString())).toEqual([body]);
  });

  it('the problem store_unavailable is answered while the store does not answer', async () => {
    const headers = { authorization: `Bearer ${await receiver.takeToken()}` };
    // The two connections for lookups are in use.
    const { knex } = receiver.store.reader;
    const holders = [await knex.transaction(), await knex.transaction()];
    const answer = push('{"callsessionid":"away"}', headers);
    expect(await codeOf(await answer, 503)).toBe('store_unavailable');
    for (const holder of holders) await holder.rollback();
  });

  it('the problem internal is answered when the store is damaged, without the reason', async () => {
    await receiver.store.writer.knex.schema.renameTable('oauth_clients', 'elsewhere');
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: 'a',
      client_secret: 'b',
    });
    const answer = await fetch(`${receiver.url}/oauth/token`, { method: 'POST', body });
    expect(await answer.clone().text()).not.toMatch(/oauth_clients|SQLITE|at /);
    expect(await codeOf(answer, 500)).toBe('internal');
  });

  it('the problem too_many_connections is answered with Retry-After to a push while all connections are in use', async () => {
    const small = await startRunningReceiver({ room: { served: 2, turnedAway: 100 } });
    const token = await small.takeToken();
    const held: Socket[] = [];
    try {
      // A connection can be replaced once it has been idle for a moment, as the token request's connection is.
      const holdAndPush = async (): Promise<number> => {
        held.push(holdRequest(small.url, token));
        return (await small.push({ callsessionid: 'before' })).status;
      };
      await expect.poll(holdAndPush).toBe(503);
      const answer = await small.push({ callsessionid: 'over' });
      expect(answer.headers.get('retry-after')).toBe('5');
      expect(answer.headers.get('connection')).toBe('close');
      expect(await answer.clone().json()).toMatchObject({
        detail: 'Nothing was stored. Send the push again.',
      });
      expect(await codeOf(answer, 503)).toBe('too_many_connections');
      expect((await fetch(`${small.url}/healthz`)).status).toBe(200);
      expect(await small.store.reader.knex('pushes').where({ call_id: 'over' })).toEqual([]);
    } finally {
      for (const socket of held) socket.destroy();
      await small.close();
    }
  });

  it('each problem occurred in these tests, or no sender can ever see it', () => {
    expect([...seen, ...neverSeen].sort()).toEqual(Object.keys(problemCodes).sort());
  });
});
