import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/app/logger.ts';
import { consolePassword, startRunningReceiver, type RunningReceiver } from '../fixtures/running-receiver.ts';

const canaries = {
  headerValue: 'canary-header-value-1111',
  previousHeaderValue: 'canary-previous-value-2222',
  metricsToken: 'canary-metrics-token-3333',
  secretKey: 'canary-secret-key-4444-long-enough',
  previousSecretKey: 'canary-previous-key-4545-long-enough',
  badToken: 'canaryBadToken5555',
  badSecret: 'canaryBadSecret6666',
  callerName: 'Canary Caller 7777',
  number: '+61412345678',
  address: 'https://canary.example/landing-9999',
  cookie: 'session=canary-cookie-0000',
  password: consolePassword,
};

const callId = 'canary-call-8888';

let receiver: RunningReceiver;
let token: string;
const call = {
  callsessionid: callId,
  originNumber: canaries.number,
  phoneNumber: canaries.number,
  callStartTime: '2026-07-06T00:00:00Z',
  extensionName: canaries.callerName,
  landingPageUrl: canaries.address,
};

beforeAll(async () => {
  receiver = await startRunningReceiver({
    settings: {
      ...{ ROLE: 'all', SECRET_KEY: canaries.secretKey, METRICS_TOKEN: canaries.metricsToken },
      ...{ WEBHOOK_HEADER_NAME: 'X-Webhook-Key', WEBHOOK_HEADER_VALUE: canaries.headerValue },
      SECRET_KEY_PREVIOUS: canaries.previousSecretKey,
      WEBHOOK_HEADER_VALUE_PREVIOUS: canaries.previousHeaderValue,
    },
  });
  token = await receiver.takeToken();
  await actOut();
});
afterAll(() => receiver.close());

/** Causes every kind of log line: accepted pushes, each kind of refusal, and internal failures. */
async function actOut(): Promise<void> {
  const { knex } = receiver.store.writer;
  const cookie = canaries.cookie;
  const pushes = [
    receiver.push(call, { headers: { cookie } }),
    receiver.push(call, { path: '/webhooks/jet/call-end', headers: { authorization: `Bearer ${token}` } }),
    receiver.push({ ...call, callDuration: canaries.callerName }),
    receiver.push({ ...call, callsessionid: canaries.number }),
    ...[canaries.headerValue, canaries.previousHeaderValue].map((value) =>
      receiver.push(call, { headers: { 'x-webhook-key': value, authorization: '' } }),
    ),
    receiver.push(call, { headers: { authorization: `Bearer ${canaries.badToken}` } }),
    receiver.push(call, { headers: { authorization: `Basic ${btoa(`x:${canaries.badSecret}`)}` } }),
    receiver.push(JSON.stringify(call).slice(0, -1)),
    receiver.push(JSON.stringify([call])),
    receiver.push(JSON.stringify({ originNumber: canaries.number })),
    receiver.push(JSON.stringify(call), { headers: { 'content-type': `text/${canaries.badToken}` } }),
    receiver.push(JSON.stringify(call), { headers: { 'content-encoding': canaries.badToken } }),
    receiver.push(call, { path: `/webhooks/jet?access_token=${canaries.badToken}` }),
    receiver.push(call, { path: `/webhooks/${canaries.number}/${canaries.badToken}` }),
  ];
  await Promise.all(pushes);
  for (const secret of [canaries.badSecret, receiver.client.clientSecret]) {
    const fields = {
      grant_type: 'client_credentials',
      client_id: receiver.client.clientId,
      client_secret: secret,
    };
    const body = new URLSearchParams(fields);
    await fetch(`${receiver.url}/oauth/token`, { method: 'POST', body });
    await fetch(`${receiver.url}/oauth/token`, { method: 'POST', body: JSON.stringify(fields) });
    const headers = { authorization: `Basic ${btoa(`${fields.client_id}:${secret}`)}` };
    await fetch(`${receiver.url}/oauth/token`, { method: 'POST', headers, body });
    await fetch(`${receiver.url}/oauth/token`, {
      method: 'POST',
      body: `${body.toString()}&scope=a&scope=${secret}`,
    });
  }
  await fetch(`${receiver.url}/metrics`, { headers: { authorization: `Bearer ${canaries.metricsToken}` } });
  // A database that refuses its input, and a database without a table.
  await knex.raw(
    "CREATE TRIGGER poison BEFORE INSERT ON pushes WHEN NEW.call_id LIKE 'canary-call%' BEGIN SELECT RAISE(ABORT, 'no'); END",
  );
  await receiver.push({ ...call, callsessionid: `${callId}-poison` });
  await knex.raw('ALTER TABLE quarantine RENAME TO elsewhere');
  await receiver.push(JSON.stringify([call, 1]));
  await knex.raw('ALTER TABLE oauth_tokens RENAME TO gone');
  await receiver.push(call, { headers: { authorization: `Bearer ${canaries.badToken}2` } });
  await receiver.takeToken().catch(() => undefined);
}

describe('the log of a run', () => {
  it('the log of a run contains pushes, refusals and failures', () => {
    const log = receiver.logLines.join('');
    expect(log).toContain('A push was stored');
    expect(log).toContain('A body was refused');
    expect(log).toContain('A token request was refused');
    expect(log).toContain('An access token was issued');
    expect(log).toContain('A request failed');
    expect(log).toContain('SQLITE_CONSTRAINT');
    expect(log).toContain('SQLITE_ERROR');
  });

  it.each(Object.entries(canaries))('the log of a run does not contain the %s', (_name, canary) => {
    expect(receiver.logLines.filter((line) => line.includes(canary))).toEqual([]);
  });

  it('the log names the call in each line about a push, and hides an id that may be a number', () => {
    const ids = receiver.logLines
      .map((line) => JSON.parse(line) as { msg: string; callId?: string })
      .filter(({ msg }) => /^A push (?:was|could)/.test(msg))
      .map((line) => line.callId);
    expect(new Set(ids)).toEqual(
      new Set([callId, `${callId}-poison`, expect.stringMatching(/^#[\da-f]{12}$/)]),
    );
  });

  it('the log holds no whole number, in any form', () => {
    expect(receiver.logLines.filter((line) => /(?:\+?61|0)4\s?12\s?345\s?678/.test(line))).toEqual([]);
  });

  it('the log contains no client secret, no token and no Authorization value', () => {
    const basic = btoa(`${receiver.client.clientId}:${receiver.client.clientSecret}`);
    const secrets = [receiver.client.clientSecret, token, basic, btoa(`x:${canaries.badSecret}`)];
    const log = receiver.logLines.join('');
    expect(secrets.filter((secret) => log.includes(secret))).toEqual([]);
    expect(log).not.toMatch(/bearer [A-Za-z0-9]|basic [A-Za-z0-9]/i);
  });

  it('the log has one line for each event', () => {
    for (const line of receiver.logLines) {
      expect(line.indexOf('\n')).toBe(line.length - 1);
      expect(line).not.toMatch(/[\u2028\u2029]/);
    }
  });
});

describe('an error in the log', () => {
  function logLineOf(error: unknown): string {
    const lines: string[] = [];
    createLogger('trace', { write: (line) => void lines.push(line) }).error({ error }, 'It failed');
    return lines.join('');
  }

  const failure = (message: string, more: object): Error => Object.assign(new Error(message), more);

  it.each([
    [
      'PostgreSQL',
      failure('invalid input syntax for type json: "canary"', { code: '22P02', detail: 'Key (id)=(canary)' }),
    ],
    ['MySQL', failure("Duplicate entry 'canary' for key", { code: 'ER_DUP_ENTRY', sqlMessage: 'canary' })],
    [
      'a bound statement',
      failure('refused', { code: 'SQLITE_CONSTRAINT', bindings: ['canary'], sql: 'canary' }),
    ],
    [
      'a cause',
      new Error('outer', { cause: failure("Data too long: 'canary'", { code: 'ER_DATA_TOO_LONG' }) }),
    ],
    ['a value that is not an error', { canary: 'canary' }],
  ])('an error in the log about %s contains no value', (_what, error) => {
    expect(logLineOf(error)).not.toContain('canary');
  });

  it('an error in the log about a text that is not JSON does not quote the text', () => {
    let thrown: unknown;
    try {
      JSON.parse('canary');
    } catch (error) {
      thrown = error;
    }
    expect(logLineOf(thrown)).not.toContain('canary');
  });

  it('an error in the log names its kind, its code and its place', () => {
    const line = JSON.parse(logLineOf(failure('refused', { code: '23505' }))) as {
      error: Record<string, unknown>;
    };
    expect(line.error).toMatchObject({ kind: 'Error', code: '23505' });
    expect(line.error.stack).toContainEqual(expect.stringContaining('log-canaries.test.ts'));
  });
});
