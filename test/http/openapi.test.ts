import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  createOpenApi,
  problemSchema,
  storedAnswerSchema,
  tokenAnswerSchema,
} from '../../src/http/openapi.ts';
import { startRunningReceiver, type RunningReceiver } from '../fixtures/running-receiver.ts';

interface Operation {
  readonly operationId: string;
  readonly responses: Readonly<Record<string, { content: Record<string, { schema: unknown }> }>>;
}
interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

let receiver: RunningReceiver;
let nowMs = Date.now();
let served: Description;
beforeAll(async () => {
  receiver = await startRunningReceiver({
    settings: { QUARANTINE_MB: '0.02', METRICS_TOKEN: 'kq3mZx81Vd0yRw7TnB2cLfHs' },
    clock: () => nowMs,
  });
  served = (await (await fetch(`${receiver.url}/openapi.json`)).json()) as Description;
});
afterAll(() => receiver.close());

const operations = Object.entries((createOpenApi(undefined) as unknown as Description).paths).flatMap(
  ([path, methods]) => Object.entries(methods).map(([method, operation]) => ({ path, method, ...operation })),
);
const webhooks = operations.filter(({ path }) => path.startsWith('/webhooks'));

/** Compiles the documented schema of an answer, to check answers with it. */
function schemaOf(answer: Response, path: string): z.ZodType {
  const type = (answer.headers.get('content-type') ?? '').split(';', 1)[0] ?? '';
  const method = Object.values(served.paths[path] ?? {})[0];
  const schema = method?.responses[String(answer.status)]?.content[type]?.schema as { $ref?: string };
  if (schema.$ref === '#/components/schemas/Stored') return storedAnswerSchema;
  if (schema.$ref === '#/components/schemas/Problem') return problemSchema;
  return z.fromJSONSchema(schema);
}

async function expectDescribed(answer: Response, path: string, status: number): Promise<void> {
  expect(answer.status).toBe(status);
  const body: unknown = /json/.test(answer.headers.get('content-type') ?? '')
    ? await answer.json()
    : await answer.text();
  expect(schemaOf(answer, path).safeParse(body).error).toBeUndefined();
}

const push = (path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
  receiver.push(body, { path, headers });

describe('/openapi.json', () => {
  it('/openapi.json is valid OpenAPI 3.1', async () => {
    const result = await new Validator().validate(
      structuredClone(served) as unknown as Record<string, unknown>,
    );
    expect(result.errors).toBeUndefined();
    expect(result.valid).toBe(true);
  });

  it.each([undefined, 'https://calls.example.com/jet'])(
    '/openapi.json is valid with the public address %s',
    async (url) => {
      expect((await new Validator().validate(createOpenApi(url))).valid).toBe(true);
    },
  );

  it('/openapi.json names each operation once', () => {
    const ids = operations.map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('/openapi.json describes', () => {
  /** A request for each status of a webhook. */
  const answers: Record<string, (path: string) => Promise<Response>> = {
    200: (path) => push(path, { callsessionid: path }),
    400: (path) => push(path, '{'),
    401: async (path) => {
      nowMs += 2 * 3_600_000;
      const answer = await push(path, '{}', { authorization: '' });
      nowMs -= 2 * 3_600_000;
      return answer;
    },
    403: async (path) => {
      const { knex } = receiver.store.writer;
      const headers = { authorization: `Bearer ${await receiver.takeToken()}` };
      await knex('oauth_tokens').update({ scope: 'other' });
      const answer = await push(path, '{}', headers);
      await knex('oauth_tokens').update({ scope: 'webhooks' });
      return answer;
    },
    413: (path) => push(path, 'a'.repeat(300_000)),
    415: (path) => push(path, '{}', { 'content-type': 'text/csv' }),
    422: (path) => push(path, '{}'),
    429: async (path) => {
      for (let number = 0; number < 11; number += 1) await push(path, '{}', { authorization: 'Bearer no' });
      return push(path, '{}', { authorization: 'Bearer no' });
    },
    503: (path) => push(path, `[${'a'.repeat(100_000)}`),
  };

  it.each(
    webhooks.flatMap(({ path, responses }) => Object.keys(responses).map((status) => ({ path, status }))),
  )('/openapi.json describes the answer $status at $path', async ({ path, status }) => {
    const give = answers[status];
    if (give === undefined) throw new Error(`Nothing here makes ${status}`);
    await expectDescribed(await give(path), path, Number(status));
  });

  const tokenPath = '/oauth/token';
  const ask = (body: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${receiver.url}${tokenPath}`, { method: 'POST', body: new URLSearchParams(body), headers });
  const grant = (secret: string): string =>
    `grant_type=client_credentials&client_id=${receiver.client.clientId}&client_secret=${secret}`;

  it('/openapi.json describes the answer 200 at /oauth/token', async () => {
    const answer = await ask(grant(receiver.client.clientSecret));
    await expectDescribed(answer.clone(), tokenPath, 200);
    expect(tokenAnswerSchema.strict().safeParse(await answer.json()).error).toBeUndefined();
  });

  it('/openapi.json describes the answers 400, 401, 413 and 429 at /oauth/token', async () => {
    await expectDescribed(await ask('a=b'), tokenPath, 400);
    await expectDescribed(await ask('a'.repeat(20_000)), tokenPath, 413);
    for (let number = 0; number < 10; number += 1)
      await expectDescribed(await ask(grant('no')), tokenPath, 401);
    await expectDescribed(await ask(grant('no')), tokenPath, 429);
  });

  it.each(['/healthz', '/readyz', '/metrics', '/openapi.json'])(
    '/openapi.json describes the answer 200 at %s',
    async (path) => {
      await expectDescribed(await fetch(`${receiver.url}${path}`), path, 200);
    },
  );

  it('/openapi.json describes the answer 401 at /metrics', async () => {
    const headers = { 'x-forwarded-for': '203.0.113.1' };
    await expectDescribed(await fetch(`${receiver.url}/metrics`, { headers }), '/metrics', 401);
  });

  it('/openapi.json describes the answer 429 at /metrics', async () => {
    const headers = { authorization: 'Bearer wrong', 'x-forwarded-for': '203.0.113.1' };
    const askWrongly = (): Promise<Response> => fetch(`${receiver.url}/metrics`, { headers });
    for (let number = 0; number < 10; number += 1) await askWrongly();
    await expectDescribed(await askWrongly(), '/metrics', 429);
  });
});
