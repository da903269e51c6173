import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient } from '../../src/auth/clients.ts';
import { hashToken, randomText } from '../../src/auth/secrets.ts';
import { problemSchema } from '../../src/http/openapi.ts';
import { webhookPaths } from '../../src/http/webhook-routes.ts';
import { insertToken, updateClient } from '../../src/store/oauth/oauth-rows.ts';
import { startRunningReceiver, type RunningReceiver } from '../fixtures/running-receiver.ts';

const challenge = 'Bearer realm="jet-receiver"';
const key = 'x'.repeat(40);

let nowMs = Date.now();
let receiver: RunningReceiver;
let token: string;
let calls = 0;

beforeAll(async () => {
  receiver = await startRunningReceiver({ settings: { SECRET_KEY: key }, clock: () => nowMs });
  token = await receiver.takeToken();
});
afterAll(() => receiver.close());

/** Sends a good body. Each test uses a different hour, so that its failures are counted separately. */
async function knock(
  headers: Record<string, string> = {},
  { query = '', body = {}, path = '/webhooks/jet' } = {},
): Promise<Response> {
  nowMs += 2 * 3_600_000;
  token = await receiver.takeToken();
  return ask(headers, query, body, path);
}

function ask(
  headers: Record<string, string>,
  query = '',
  body = {},
  path = '/webhooks/jet',
): Promise<Response> {
  calls += 1;
  return fetch(`${receiver.url}${path}${query}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ callsessionid: `door-${calls}`, ...body }),
  });
}

/** A token with a scope, for a new client. */
async function issue(scope: string): Promise<{ clientId: string; bearer: string }> {
  const { clientId } = await createClient(receiver.store, key, () => nowMs, { name: 'Another' });
  const bearer = randomText();
  await insertToken(receiver.store, {
    ...{ hash: hashToken(bearer), clientId, familyId: undefined, scope },
    ...{ issuedAtMs: nowMs, expiresAtMs: nowMs + 24 * 3_600_000 },
  });
  return { clientId, bearer };
}

describe('a request to a webhook route', () => {
  it.each(webhookPaths)('a request without credentials is answered 401 at $path', async ({ path }) => {
    expect((await knock({}, { path })).status).toBe(401);
  });

  it('a request without credentials gets a bare challenge', async () => {
    expect((await knock()).headers.get('www-authenticate')).toBe(challenge);
  });

  it('a request without credentials gets a problem with its code', async () => {
    const answer = await knock();
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(problemSchema.parse(await answer.json())).toMatchObject({
      status: 401,
      code: 'not_authenticated',
    });
  });

  it('a request with an unknown token gets the challenge invalid_token', async () => {
    const answer = await knock({ authorization: `Bearer ${randomText()}` });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe(`${challenge}, error="invalid_token"`);
  });

  it.each(['Bearer', 'Bearer ', 'Bearer a b', 'Bearer {}', 'Basic abc', 'Token abc', 'abc'])(
    'a request with the credentials "%s" gets the challenge invalid_token',
    async (authorization) => {
      const answer = await knock({ authorization });
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toBe(`${challenge}, error="invalid_token"`);
    },
  );

  it('a request with a valid token is accepted', async () => {
    await knock();
    expect((await ask({ authorization: `Bearer ${token}` })).status).toBe(200);
  });

  it.each(['bearer', 'BEARER', 'bEaReR'])('a request with the scheme %s is accepted', async (scheme) => {
    await knock();
    expect((await ask({ authorization: `${scheme} ${token}` })).status).toBe(200);
  });

  it('a request with several spaces before the token is accepted', async () => {
    await knock();
    expect((await ask({ authorization: `Bearer   ${token}` })).status).toBe(200);
  });

  it('a request with a token in another case is refused', async () => {
    await knock();
    const swapped = token.toLowerCase() === token ? token.toUpperCase() : token.toLowerCase();
    expect((await ask({ authorization: `Bearer ${swapped}` })).status).toBe(401);
  });

  it('a request with the token in the query string is refused', async () => {
    await knock();
    expect((await ask({}, `?access_token=${token}`)).status).toBe(401);
  });

  it('a request with the token in the body is refused', async () => {
    await knock();
    expect((await ask({}, '', { access_token: token })).status).toBe(401);
  });

  it('a request with the token in the header and a field access_token in the body is accepted', async () => {
    await knock();
    expect((await ask({ authorization: `Bearer ${token}` }, '', { access_token: 'other' })).status).toBe(200);
  });

  it('a request with the token in another header is refused', async () => {
    await knock();
    expect((await ask({ 'x-access-token': token, cookie: `access_token=${token}` })).status).toBe(401);
  });

  it('a request with the client secret as a token is refused', async () => {
    expect((await knock({ authorization: `Bearer ${receiver.client.clientSecret}` })).status).toBe(401);
  });

  it('a request with the hash of a valid token is refused', async () => {
    await knock();
    expect((await ask({ authorization: `Bearer ${hashToken(token)}` })).status).toBe(401);
  });

  it('a request with a token one millisecond before its end is accepted', async () => {
    await knock();
    nowMs += 3_600_000 - 1;
    expect((await ask({ authorization: `Bearer ${token}` })).status).toBe(200);
  });

  it('a request with a token at its end is refused', async () => {
    await knock();
    nowMs += 3_600_000;
    expect((await ask({ authorization: `Bearer ${token}` })).status).toBe(401);
  });

  it('a request with a token that was just valid is refused at its end', async () => {
    await knock();
    nowMs += 3_600_000 - 1;
    await ask({ authorization: `Bearer ${token}` });
    nowMs += 1;
    expect((await ask({ authorization: `Bearer ${token}` })).status).toBe(401);
  });

  it('a request with a token of a revoked client is refused within a second', async () => {
    const { clientId, bearer } = await issue('webhooks');
    expect((await ask({ authorization: `Bearer ${bearer}` })).status).toBe(200);
    await updateClient(receiver.store, clientId, { revoked_at: nowMs });
    nowMs += 1_000;
    expect((await ask({ authorization: `Bearer ${bearer}` })).status).toBe(401);
  });

  it('a request with a token of a revoked client is refused also when the clock was set back', async () => {
    const { clientId, bearer } = await issue('webhooks');
    expect((await ask({ authorization: `Bearer ${bearer}` })).status).toBe(200);
    await updateClient(receiver.store, clientId, { revoked_at: nowMs });
    nowMs -= 1;
    expect((await ask({ authorization: `Bearer ${bearer}` })).status).toBe(401);
  });

  it('a request with a token is refused when the clock was set back to ten minutes before its issue', async () => {
    await knock();
    nowMs -= 10 * 60_000;
    expect((await ask({ authorization: `Bearer ${token}` })).status).toBe(200);
    nowMs -= 1;
    expect((await ask({ authorization: `Bearer ${token}` })).status).toBe(401);
  });

  it('a request with a token of another scope is answered 403 with the scope that it needs', async () => {
    const { bearer } = await issue('console webhooksx');
    const answer = await ask({ authorization: `Bearer ${bearer}` });
    expect(answer.status).toBe(403);
    expect(answer.headers.get('www-authenticate')).toBe(
      `${challenge}, error="insufficient_scope", scope="webhooks"`,
    );
    expect(await answer.json()).toMatchObject({ code: 'not_allowed' });
  });

  it('a request with a token of several scopes that include webhooks is accepted', async () => {
    const { bearer } = await issue('console webhooks');
    expect((await ask({ authorization: `Bearer ${bearer}` })).status).toBe(200);
  });

  it('a request gets the answer to its own credentials among many simultaneous requests', async () => {
    await knock();
    const answers = await Promise.all(
      Array.from({ length: 60 }, async (_, index) => {
        const good = index % 2 === 0;
        const { status } = await ask({ authorization: `Bearer ${good ? token : randomText()}` });
        return status === (good ? 200 : 401);
      }),
    );
    expect(answers).not.toContain(false);
  });

  it('a refused request stores nothing', async () => {
    const count = async (table: string): Promise<unknown> =>
      receiver.store.reader.knex(table).count({ rows: '*' }).first();
    const before = [await count('pushes'), await count('quarantine')];
    await knock({}, { body: { callsessionid: 'unwanted' } });
    expect([await count('pushes'), await count('quarantine')]).toEqual(before);
  });
});
