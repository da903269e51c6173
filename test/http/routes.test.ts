import { request as httpRequest } from 'node:http';
import type { Express } from 'express';
import { MemoryStore } from 'express-session';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp, type AppDependencies } from '../../src/http/app.ts';
import { createOpenApi, problemSchema } from '../../src/http/openapi.ts';
import { startRunningReceiver, type RunningReceiver } from '../fixtures/running-receiver.ts';

const posts = [
  '/webhooks/jet',
  '/webhooks/jet/call-start',
  '/webhooks/jet/call-answered',
  '/webhooks/jet/call-end',
  '/webhooks/jet/call-end-outbound',
  '/oauth/token',
  '/oauth/revoke',
];
const gets = [
  '/healthz',
  '/readyz',
  '/metrics',
  '/openapi.json',
  '/oauth/page.css',
  '/.well-known/oauth-authorization-server',
];
/** Pages that a person sees and posts back. */
const pages = ['/oauth/authorize'];
/** The routes that answer without credentials: they show nothing about calls, or check other credentials. */
const publicPaths = [
  ...['/oauth/token', '/oauth/revoke', '/oauth/authorize', '/oauth/page.css'],
  ...['/.well-known/oauth-authorization-server', '/healthz', '/readyz', '/openapi.json'],
];
const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'QUERY'];

let receiver: RunningReceiver;
beforeAll(async () => {
  receiver = await startRunningReceiver();
});
afterAll(() => receiver.close());

/** Sends a request without fetch, which refuses some methods. */
function ask(
  method: string,
  path: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; headers: Record<string, unknown>; body: string }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${receiver.url}${path}`, { method, headers }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (text: string) => (body += text));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      );
    });
    request.on('error', reject);
    request.end();
  });
}

interface Layer {
  readonly route?: { readonly path: string };
  readonly handle: { readonly stack?: readonly Layer[] };
}

/** The paths of all routes in all routers. */
function pathsOf(layers: readonly Layer[]): string[] {
  return layers.flatMap((layer) =>
    layer.route === undefined ? pathsOf(layer.handle.stack ?? []) : [layer.route.path],
  );
}

const anything = (): never => {
  throw new Error('Not called');
};

/** The receiver's app, without a store. */
function emptyApp(): Express {
  const webhook = { authenticate: anything, intake: {}, log: {}, metrics: {} };
  const authorize = {
    ...{
      sessions: new MemoryStore(),
      secretKeys: { present: 'k'.repeat(32), previous: undefined },
      publicUrl: undefined,
    },
    passport: { session: () => anything, authenticate: () => anything },
  };
  return createApp({
    ...{ webhook, token: {}, authorize, health: {}, metrics: {}, log: {} },
    ...{ trustProxy: undefined, publicUrl: undefined, isClosing: () => false, isOverLimit: () => false },
  } as unknown as AppDependencies);
}

describe('the routes', () => {
  const walked = pathsOf((emptyApp() as unknown as { router: { stack: Layer[] } }).router.stack);

  it('this file tests every route', () => {
    expect([...walked].sort()).toEqual([...posts, ...gets, ...pages].sort());
  });

  it('/openapi.json describes every route, and nothing else', () => {
    const described = Object.keys(createOpenApi(undefined).paths as object);
    expect([...walked].sort()).toEqual(described.sort());
  });

  it.each(walked.filter((path) => !publicPaths.includes(path)))(
    'the routes refuse a request without credentials at %s',
    async (path) => {
      // With a proxy's header, because callers on this machine see the metrics.
      const answer = await ask(posts.includes(path) ? 'POST' : 'GET', path, {
        'x-forwarded-for': '203.0.113.1',
      });
      expect(answer.status).toBe(401);
      expect(answer.headers['www-authenticate']).toMatch(/^Bearer realm=/);
    },
  );
});

const others = [
  ...posts.flatMap((path) =>
    [...methods, 'HEAD'].filter((name) => name !== 'POST').map((method) => ({ method, path, allow: 'POST' })),
  ),
  ...gets.flatMap((path) =>
    methods.filter((name) => name !== 'GET').map((method) => ({ method, path, allow: 'GET' })),
  ),
];

describe('another method', () => {
  it.each(others)(
    'another method by $method at $path is answered 405 with the allowed methods',
    async ({ method, path, allow }) => {
      const answer = await ask(method, path);
      expect(answer.status).toBe(405);
      expect(answer.headers.allow).toBe(allow);
      if (method !== 'HEAD') {
        expect(problemSchema.parse(JSON.parse(answer.body))).toMatchObject({ code: 'method_not_allowed' });
      }
    },
  );
});

describe('HEAD', () => {
  it.each(gets)('a HEAD at %s is answered like GET, without a body', async (path) => {
    expect(await ask('HEAD', path)).toMatchObject({ status: 200, body: '' });
  });
});

describe('another address', () => {
  it.each([
    ...['/', '/webhooks', '/oauth', '/oauth/tokens'],
    ...['/oauth/revoked', '/.env', '/data/jet.sqlite', '/healthz/..%2f..%2fetc/passwd', '/%E0%A4%A', '//'],
    ...['/openapi.json%00', '/webhooks%2fjet', '/__proto__', '/constructor'],
  ])('the unknown address %s is answered 404 with a problem', async (path) => {
    const answer = await ask('POST', path, { 'content-type': 'application/json' });
    expect(answer.status).toBe(404);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(problemSchema.parse(JSON.parse(answer.body))).toMatchObject({ code: 'not_found', status: 404 });
  });
});

describe('an answer', () => {
  it.each([...posts, ...gets, '/nothing'])(
    'an answer at %s names neither the server nor its version',
    async (path) => {
      const { headers } = await ask('GET', path);
      expect(headers).not.toHaveProperty('x-powered-by');
      expect(headers).not.toHaveProperty('server');
      expect(headers).not.toHaveProperty('etag');
    },
  );
});
