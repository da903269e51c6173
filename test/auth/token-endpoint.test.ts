import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient, rotateClientSecret } from '../../src/auth/clients.ts';
import { loadSecretKey } from '../../src/auth/secret-key.ts';
import { startRunningReceiver, type RunningReceiver } from '../fixtures/running-receiver.ts';
import { askToken, basic, form, type TokenAnswer } from '../fixtures/token-endpoint.ts';

let receiver: RunningReceiver;
let id: string;
let secret: string;
// Each request moves the clock by two hours, so that earlier failures do not throttle it.
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
const inBody = (more = ''): string => `${grant}&client_id=${id}&client_secret=${secret}${more}`;
const percentEncoded = (text: string): string =>
  text.replace(/./g, (c) => `%${c.charCodeAt(0).toString(16).padStart(2, '0')}`);

describe('a token', () => {
  it('a token is issued for credentials in the body', async () => {
    expect((await ask(inBody())).status).toBe(200);
  });

  it('a token is issued for credentials by HTTP Basic', async () => {
    expect((await ask(grant, { ...form, ...basic(id, secret) })).status).toBe(200);
  });

  it('a token is issued for percent-encoded HTTP Basic credentials', async () => {
    expect((await ask(grant, { ...form, ...basic(percentEncoded(id), percentEncoded(secret)) })).status).toBe(
      200,
    );
  });

  it.each(['basic', 'BASIC', 'Basic  '])('a token is issued for the scheme "%s"', async (scheme) => {
    const { authorization } = basic(id, secret);
    const headers = { ...form, authorization: authorization.replace('Basic', scheme) };
    expect((await ask(grant, headers)).status).toBe(200);
  });

  it('a token authenticates a push', async () => {
    const { body } = await ask(inBody());
    const authorization = `Bearer ${String(body.access_token)}`;
    expect((await receiver.push({ callsessionid: 'a' }, { headers: { authorization } })).status).toBe(200);
  });

  it('a token has the shape of RFC 6749 section 5.1', async () => {
    const { body, headers } = await ask(inBody());
    expect(headers.get('content-type')).toBe('application/json');
    expect(body).toEqual({
      access_token: expect.stringMatching(/^[A-Za-z0-9]{43}$/) as string,
      token_type: 'Bearer',
      expires_in: 3600,
      scope: 'webhooks',
    });
  });

  it('a token is different each time', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => ask(inBody())));
    expect(new Set(answers.map(({ body }) => body.access_token)).size).toBe(10);
  });

  it('a token for client credentials comes with no refresh token', async () => {
    expect((await ask(inBody())).body).not.toHaveProperty('refresh_token');
  });
});

describe('a request for a token', () => {
  it.each([
    ['a form', form],
    ['a form with a charset', { 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8' }],
    ['a form in capitals', { 'content-type': 'Application/X-WWW-Form-URLEncoded' }],
    ['a form without a content type', {}],
  ])('a request for a token is read as %s', async (_what, headers) => {
    expect((await ask(inBody(), headers)).status).toBe(200);
  });

  it.each(['application/json', 'application/json; charset=utf-8'])(
    'a request for a token in JSON is read as %s',
    async (type) => {
      const body = { grant_type: 'client_credentials', client_id: id, client_secret: secret, scope: null };
      expect((await ask(JSON.stringify(body), { 'content-type': type })).status).toBe(200);
    },
  );

  it('a request for a token is read with a line break at its end', async () => {
    expect((await ask(`${inBody()}\r\n`)).status).toBe(200);
  });

  it('a request for a token is read in chunks', async () => {
    const answer = await fetch(`${receiver.url}/oauth/token`, {
      method: 'POST',
      headers: form,
      body: new Blob([inBody()]).stream(),
      ...{ duplex: 'half' },
    });
    expect(answer.status).toBe(200);
  });

  it.each(['&scope=', '&redirect_uri=&state=&code=', '&code=', '&username=a&password=b', '&unknown=x'])(
    'a request for a token with %s is granted',
    async (more) => {
      expect(await ask(inBody(more))).toMatchObject({ status: 200, body: { scope: 'webhooks' } });
    },
  );

  it.each([
    ['webhooks', 'webhooks'],
    ['webhooks+webhooks', 'webhooks'],
    ['everything', 'webhooks'],
    ['webhooks+everything', 'webhooks'],
    ['constructor', 'webhooks'],
  ])('a request for the scope %s gets the scope %s', async (asked, granted) => {
    expect((await ask(inBody(`&scope=${asked}`))).body.scope).toBe(granted);
  });

  it('a request for scopes that the client has gets them in the requested order', async () => {
    const { knex } = receiver.store.writer;
    await knex('oauth_clients').update({ scope: 'webhooks console' });
    const answer = await ask(inBody('&scope=console+webhooks'));
    await knex('oauth_clients').update({ scope: 'webhooks' });
    expect(answer.body.scope).toBe('console webhooks');
  });
});

describe('credentials in the header and in the body', () => {
  it('credentials in the header and in the body are accepted when they are equal', async () => {
    expect((await ask(inBody(), { ...form, ...basic(id, secret) })).status).toBe(200);
  });

  it('credentials in the header and in the body are accepted when the body has only the id', async () => {
    expect((await ask(`${grant}&client_id=${id}`, { ...form, ...basic(id, secret) })).status).toBe(200);
  });

  it.each([
    ['another id', () => `${grant}&client_id=other&client_secret=${secret}`],
    ['another secret', () => `${grant}&client_id=${id}&client_secret=other`],
  ])('credentials in the header are refused with %s in the body', async (_what, body) => {
    const answer = await ask(body(), { ...form, ...basic(id, secret) });
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
  });
});

describe('the previous secret', () => {
  it('the previous secret is valid until the given time, together with the new one', async () => {
    const key = loadSecretKey(undefined, `${receiver.folder}/secret-key`);
    const first = await createClient(receiver.store, key, () => nowMs, { name: 'Rotated' });
    const untilMs = nowMs + 3_600_000;
    const second = await rotateClientSecret(receiver.store, key, first.clientId, untilMs);
    const statusOf = async (text: string | undefined): Promise<number> => {
      const body = `${grant}&client_id=${first.clientId}&client_secret=${String(text)}`;
      return (await askToken(receiver, body, form)).status;
    };
    nowMs = untilMs - 1;
    expect([await statusOf(first.clientSecret), await statusOf(second?.clientSecret)]).toEqual([200, 200]);
    nowMs = untilMs;
    expect([await statusOf(first.clientSecret), await statusOf(second?.clientSecret)]).toEqual([401, 200]);
  });
});
