import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRunningReceiver, type RunningReceiver } from '../fixtures/running-receiver.ts';

const value = 'a-secret-of-24-characters';
const previous = 'the-one-before-24-characters';

function knock(receiver: RunningReceiver, headers: Record<string, string>): Promise<Response> {
  return fetch(`${receiver.url}/webhooks/jet`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: '{"callsessionid":"header-1"}',
  });
}

describe('the previous value of a fixed header', () => {
  const untilMs = Date.UTC(2026, 11, 31, 8);

  it.each([
    ['is accepted before its end', untilMs - 1, 200],
    ['is refused from its end on', untilMs, 401],
  ])('the previous value of a fixed header %s', async (_what, nowMs, status) => {
    const receiver = await startRunningReceiver({
      clock: () => nowMs,
      settings: {
        WEBHOOK_HEADER_NAME: 'X-Webhook-Key',
        WEBHOOK_HEADER_VALUE: value,
        WEBHOOK_HEADER_VALUE_PREVIOUS: previous,
        WEBHOOK_HEADER_VALUE_PREVIOUS_UNTIL: '2026-12-31T08:00Z',
      },
    });
    expect((await knock(receiver, { 'x-webhook-key': previous })).status).toBe(status);
    await receiver.close();
  });
});

describe('a fixed header', () => {
  let receiver: RunningReceiver;
  beforeAll(async () => {
    receiver = await startRunningReceiver({
      settings: {
        WEBHOOK_HEADER_NAME: 'X-Webhook-Key',
        WEBHOOK_HEADER_VALUE: value,
        WEBHOOK_HEADER_VALUE_PREVIOUS: previous,
      },
    });
  });
  afterAll(() => receiver.close());

  it('a fixed header with the right value authenticates a push', async () => {
    expect((await knock(receiver, { 'x-webhook-key': value })).status).toBe(200);
  });

  it('a fixed header is accepted in any case of its name', async () => {
    expect((await knock(receiver, { 'X-WEBHOOK-KEY': value })).status).toBe(200);
  });

  it('a fixed header with the previous value authenticates a push', async () => {
    expect((await knock(receiver, { 'x-webhook-key': previous })).status).toBe(200);
  });

  it.each([
    ['another value', 'a-secret-of-25-characters'],
    ['a beginning of the value', value.slice(0, -1)],
    ['the value with more text', `${value}x`],
    ['the value in another case', value.toUpperCase()],
    ['both values in one', `${value}, ${previous}`],
    ['no value', ''],
  ])('a fixed header with %s authenticates nothing', async (_what, given) => {
    expect((await knock(receiver, { 'x-webhook-key': given })).status).toBe(401);
  });

  it('a fixed header does not count when its value is in another header', async () => {
    expect((await knock(receiver, { 'x-webhook-keys': value })).status).toBe(401);
  });

  it('a fixed header does not count when its value is a bearer token', async () => {
    expect((await knock(receiver, { authorization: `Bearer ${value}` })).status).toBe(401);
  });

  it('a fixed header with a wrong value does not block a push with a valid token', async () => {
    const authorization = `Bearer ${await receiver.takeToken()}`;
    expect((await knock(receiver, { 'x-webhook-key': 'wrong', authorization })).status).toBe(200);
  });

  it('a fixed header with the right value authenticates a push with a wrong token', async () => {
    expect((await knock(receiver, { 'x-webhook-key': value, authorization: 'Bearer wrong' })).status).toBe(
      200,
    );
  });
});

describe('a fixed header named authorization', () => {
  let receiver: RunningReceiver;
  beforeAll(async () => {
    receiver = await startRunningReceiver({
      settings: { WEBHOOK_HEADER_NAME: 'Authorization', WEBHOOK_HEADER_VALUE: value },
    });
  });
  afterAll(() => receiver.close());

  it('a fixed header named authorization authenticates a push', async () => {
    expect((await knock(receiver, { authorization: value })).status).toBe(200);
  });

  it('a fixed header named authorization does not invalidate bearer tokens', async () => {
    const authorization = `Bearer ${await receiver.takeToken()}`;
    expect((await knock(receiver, { authorization })).status).toBe(200);
  });

  it('a fixed header named authorization with a wrong value authenticates nothing', async () => {
    expect((await knock(receiver, { authorization: `${value}x` })).status).toBe(401);
  });
});

describe('without the settings for a fixed header', () => {
  it('no header authenticates a push without the settings for a fixed header', async () => {
    const receiver = await startRunningReceiver();
    const { status } = await knock(receiver, { 'x-webhook-key': value, undefined: 'undefined' });
    await receiver.close();
    expect(status).toBe(401);
  });
});
